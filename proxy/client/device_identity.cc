#include "proxy/client/device_identity.h"

#include <nlohmann/json.hpp>

#include "booster/crypto/base_n.h"
#include "booster/disk/durable.h"
#include "codec/base/check.h"

namespace proxy::client {

namespace crypto = booster::crypto;
namespace disk = booster::disk;
namespace tls = booster::tls;

namespace {

using booster::carrier::CarrierKind;

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr const char* kKeyFile = "device.key";
constexpr const char* kCertificateFile = "device.crt";
constexpr const char* kGatewayFile = "gateway.json";

Result<std::optional<Bytes>> read_if_there(disk::Disk& disk, const disk::Path& path) {
  Result<Bytes> bytes = disk::read_file(disk, path, kMaxFile);
  if (bytes) return std::optional<Bytes>(*std::move(bytes));
  if (bytes.error().code == Errc::NotFound) return std::optional<Bytes>();
  return tl::unexpected(bytes.error());
}

Result<> parse_gateway(ByteView text, DeviceIdentity& into) {
  const auto json = nlohmann::json::parse(as_text(text), nullptr, false);
  const Error broken(Errc::Corrupt, std::string(kGatewayFile) + ": not as this program writes it");
  if (!json.is_object() || !json.contains("host") || !json["host"].is_string() || !json.contains("port") ||
      !json["port"].is_number_unsigned() || json["port"].get<std::uint64_t>() > 65535 || !json.contains("pin") ||
      !json["pin"].is_string())
    return tl::unexpected(broken);
  into.gateway.host = json["host"].get<std::string>();
  into.gateway.port = json["port"].get<std::uint16_t>();
  const Result<Bytes> pin = crypto::from_base64url(json["pin"].get<std::string>());
  if (!pin || pin->size() != crypto::kDigestBytes) return tl::unexpected(broken);
  TRY_ASSIGN(into.gateway.pin, crypto::Digest::from_bytes(*pin));
  for (const auto& address : json.value("addresses", nlohmann::json::array()))
    if (address.is_string()) into.addresses.push_back(address.get<std::string>());
  return {};
}

tls::ClientOptions options_for(const DeviceIdentity* identity, CarrierKind by) {
  tls::ClientOptions options;
  options.oldest = tls::Version::Tls13;
  options.memory = by == CarrierKind::Udp;
  if (identity == nullptr) return options;
  Result<crypto::PrivateKey> key = crypto::PrivateKey::from_pem(identity->key.to_pem());
  Result<crypto::Certificate> certificate = crypto::Certificate::from_der(identity->certificate.to_der());
  CHECK(key && certificate);
  std::vector<crypto::Certificate> chain;
  chain.push_back(*std::move(certificate));
  options.identity.emplace(tls::Identity{std::move(chain), *std::move(key)});
  return options;
}

}  // namespace

Result<> store_identity(disk::Disk& disk, const disk::Path& directory, const DeviceIdentity& identity) {
  TRY(disk::make_directories_durably(disk, directory));
  const crypto::Secret key = identity.key.to_pem();
  TRY(disk::write_file_durably(disk, directory / kKeyFile, key.reveal()));
  const std::string certificate = identity.certificate.to_pem();
  TRY(disk::write_file_durably(disk, directory / kCertificateFile, as_bytes(certificate)));
  nlohmann::json json;
  json["host"] = identity.gateway.host;
  json["port"] = identity.gateway.port;
  json["pin"] = crypto::to_base64url(identity.gateway.pin.view());
  json["addresses"] = identity.addresses;
  const std::string text = json.dump(2) + "\n";
  return disk::write_file_durably(disk, directory / kGatewayFile, as_bytes(text));
}

Result<std::optional<DeviceIdentity>> load_identity(disk::Disk& disk, const disk::Path& directory) {
  TRY_ASSIGN(std::optional<Bytes> gateway, read_if_there(disk, directory / kGatewayFile));
  if (!gateway) return std::optional<DeviceIdentity>();
  TRY_ASSIGN(std::optional<Bytes> key_pem, read_if_there(disk, directory / kKeyFile));
  TRY_ASSIGN(const std::optional<Bytes> certificate_pem, read_if_there(disk, directory / kCertificateFile));
  if (!key_pem || !certificate_pem)
    return fail(Errc::Corrupt, "this device's key or certificate is missing: pair it again");
  const crypto::Secret secret(*std::move(key_pem));
  Result<crypto::PrivateKey> key = crypto::PrivateKey::from_pem(secret);
  Result<crypto::Certificate> certificate = crypto::Certificate::from_pem(as_text(*certificate_pem));
  if (!key || !certificate || certificate->pin() != key->public_key().pin())
    return fail(Errc::Corrupt, "this device's key and certificate do not fit: pair it again");
  DeviceIdentity identity(GatewayAddress{}, *std::move(key), *std::move(certificate), {});
  TRY(parse_gateway(*gateway, identity));
  return std::optional<DeviceIdentity>(std::move(identity));
}

Result<tls::Context> tunnel_context(const DeviceIdentity* identity, const crypto::Digest& pin, CarrierKind by) {
  tls::ClientOptions options = options_for(identity, by);
  options.by_pin = tls::VerifyByPin{pin};
  return tls::Context::client(std::move(options));
}

Result<tls::Context> tunnel_context_by_name(const DeviceIdentity* identity, std::string ca_file, CarrierKind by) {
  tls::ClientOptions options = options_for(identity, by);
  options.by_name = tls::VerifyByName{std::move(ca_file)};
  return tls::Context::client(std::move(options));
}

}  // namespace proxy::client
