#include "proxy/gateway/dispatcher/identity.h"

#include "booster/crypto/kdf.h"

#include "booster/disk/durable.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace crypto = booster::crypto;
namespace disk = booster::disk;

constexpr std::size_t kMaxPem = 64 * 1024;
constexpr auto kClockError = std::chrono::hours(24);    // devices' clocks are what they are
constexpr auto kGatewayYears = std::chrono::years(20);  // the pin counts, not the date
constexpr auto kDeviceYears = std::chrono::years(10);   // revoked in the table, not by expiry
constexpr std::size_t kMaxCommonName = 64;

crypto::CertificateSpec spec_of(std::string name, std::chrono::sys_seconds now, std::chrono::seconds valid) {
  crypto::CertificateSpec spec;
  if (name.size() > kMaxCommonName) name.resize(kMaxCommonName);
  spec.common_name = name.empty() ? "packetboat" : std::move(name);
  spec.not_before = now - kClockError;
  spec.not_after = now + valid;
  return spec;
}

Result<crypto::Certificate> make_certificate(const crypto::PrivateKey& key, const std::string& host,
                                             std::chrono::sys_seconds now) {
  crypto::CertificateSpec spec = spec_of("Packetboat gateway", now, kGatewayYears);
  if (host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos) {
    if (!host.empty()) spec.ip_addresses.push_back(host);
  } else {
    spec.dns_names.push_back(host);
  }
  return crypto::make_self_signed(key, spec);
}

}  // namespace

Result<GatewayIdentity> GatewayIdentity::load_or_make(disk::Disk& files, const disk::Path& state_dir,
                                                      const std::string& host, std::chrono::sys_seconds now) {
  const disk::Path key_path = state_dir / "gateway.key";
  const disk::Path certificate_path = state_dir / "gateway.crt";
  TRY_ASSIGN(const bool has_key, disk::exists(files, key_path));
  TRY_ASSIGN(const bool has_certificate, disk::exists(files, certificate_path));
  if (has_certificate && !has_key)
    return fail(Errc::Corrupt,
                "gateway.crt is there but gateway.key is not: put the key back, or remove both "
                "(then every client must be paired anew)");
  if (!has_key) {
    TRY(disk::make_directories_durably(files, state_dir));
    TRY(disk::create_file_durably(files, key_path, crypto::PrivateKey::generate().to_pem().reveal()));
  }
  TRY_ASSIGN(Bytes key_bytes, disk::read_file(files, key_path, kMaxPem));
  const crypto::Secret key_text(std::move(key_bytes));
  Result<crypto::PrivateKey> key = crypto::PrivateKey::from_pem(key_text);
  if (!key) return fail(Errc::Corrupt, "gateway.key: " + key.error().what);
  if (!has_certificate) {  // the key is what clients know; a certificate for it can be made at any time
    TRY_ASSIGN(const crypto::Certificate made, make_certificate(*key, host, now));
    TRY(disk::write_file_durably(files, certificate_path, as_bytes(made.to_pem())));
  }
  TRY_ASSIGN(const Bytes text, disk::read_file(files, certificate_path, kMaxPem));
  Result<crypto::Certificate> certificate = crypto::Certificate::from_pem(as_text(text));
  if (!certificate) return fail(Errc::Corrupt, "gateway.crt: " + certificate.error().what);
  if (certificate->pin() != key->public_key().pin())
    return fail(Errc::Corrupt, "gateway.crt does not belong to gateway.key: remove gateway.crt, it is made anew");
  return GatewayIdentity(*std::move(key), *std::move(certificate));
}

booster::tls::Identity GatewayIdentity::tls_identity() const {
  std::vector<crypto::Certificate> chain;
  chain.push_back(*crypto::Certificate::from_der(certificate_.to_der()));
  return booster::tls::Identity{std::move(chain), *crypto::PrivateKey::from_pem(key_.to_pem())};
}

crypto::Secret GatewayIdentity::secret_for(std::string_view purpose) const {
  const crypto::Secret pem = key_.to_pem();
  return crypto::hkdf(pem.reveal(), as_bytes("packetboat gateway"), purpose, crypto::kDigestBytes);
}

Result<crypto::Certificate> GatewayIdentity::certify(ByteView request, const std::string& device,
                                                     std::chrono::sys_seconds now) const {
  TRY_ASSIGN(const crypto::Request asked, crypto::parse_request(request));
  crypto::CertificateSpec spec = spec_of(device, now, kDeviceYears);
  spec.use = crypto::Use::Client;
  return crypto::issue(certificate_, key_, asked.key, spec);
}

}  // namespace proxy::gateway::dispatcher
