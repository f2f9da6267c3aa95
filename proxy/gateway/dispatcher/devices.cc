#include "proxy/gateway/dispatcher/devices.h"

#include <algorithm>

#include "booster/crypto/base_n.h"
#include "booster/crypto/random.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace crypto = booster::crypto;

constexpr std::size_t kCodeBytes = 10;  // 80 bits: not to be guessed in ten minutes, 16 characters to type
constexpr std::size_t kShortestPin = 4;
constexpr auto kSeenEvery = std::chrono::hours(1);

Bytes hash_of(const std::string& code) {
  const Digest digest = crypto::sha256("packetboat enrolment " + canonical_code(code));
  const ByteView view = digest.view();
  return Bytes(view.begin(), view.end());
}
Bytes bytes_of(const Digest& digest) {
  const ByteView view = digest.view();
  return Bytes(view.begin(), view.end());
}

}  // namespace

std::string canonical_code(const std::string& typed) {
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    code.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return code;
}

std::string clean_name(const std::string& name) {
  std::string clean;
  for (const char c : name) {
    if (clean.size() >= kMaxDeviceName) break;
    clean.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
  }
  return clean.empty() ? "device" : clean;
}

Task<Result<>> DeviceTable::load() {
  CO_TRY_ASSIGN(std::vector<state::Device> rows, co_await state_.devices());
  for (state::Device& row : rows) {
    CO_TRY_ASSIGN(const Digest pin, Digest::from_bytes(row.pin));
    devices_.insert_or_assign(pin, std::move(row));
  }
  co_return Result<>();
}

const state::Device* DeviceTable::find(const std::optional<Digest>& pin) const {
  if (!pin) return nullptr;
  const auto found = devices_.find(*pin);
  return found == devices_.end() ? nullptr : &found->second;
}

bool DeviceTable::revoked(const std::optional<Digest>& pin) const {
  const state::Device* device = find(pin);
  return device != nullptr && device->revoked_at.has_value();
}

bool DeviceTable::enrolled(const std::optional<Digest>& pin) const {
  const state::Device* device = find(pin);
  return device != nullptr && !device->revoked_at;
}

bool DeviceTable::enrolled_for(const std::optional<Digest>& pin, const std::string& address) const {
  if (!enrolled(pin)) return false;
  const std::vector<std::string>& addresses = find(pin)->addresses;
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

std::vector<state::Device> DeviceTable::all() const {
  std::vector<state::Device> devices;
  for (const auto& [pin, device] : devices_) devices.push_back(device);
  return devices;
}

Task<Result<std::string>> DeviceTable::add_code(std::vector<std::string> addresses) {
  const std::string text = crypto::to_base32(crypto::random_bytes(kCodeBytes));
  state::EnrolmentCode code;
  code.hash = hash_of(text);
  code.addresses = std::move(addresses);
  code.expires_at = now() + kCodeLife;
  CO_TRY(co_await state_.add_code(std::move(code)));
  co_return text;
}

Task<Result<state::Device>> DeviceTable::redeem(std::string code, std::string name, Digest pin) {
  state::Device device;
  device.pin = bytes_of(pin);
  device.name = clean_name(name);
  device.enrolled_at = now();
  CO_TRY_ASSIGN(const state::Device stored, co_await state_.redeem_code(hash_of(code), std::move(device), now()));
  devices_.insert_or_assign(pin, stored);
  co_return stored;
}

Task<Result<>> DeviceTable::revoke(Digest pin) {
  const state::WallTime when = now();
  CO_TRY(co_await state_.revoke_device(bytes_of(pin), when));
  const auto found = devices_.find(pin);
  if (found != devices_.end()) found->second.revoked_at = when;
  co_return Result<>();
}

Result<Digest> DeviceTable::resolve(const std::string& which) const {
  std::vector<Digest> fitting;
  for (const auto& [pin, device] : devices_) {
    const bool by_pin = which.size() >= kShortestPin && pin.hex().starts_with(which);
    if (by_pin || device.name == which) fitting.push_back(pin);
  }
  if (fitting.empty()) return fail(Errc::NotFound, "no device is called so; `packetboat devices list` shows them");
  if (fitting.size() > 1) return fail(Errc::Conflict, "more than one device fits: give more of its key");
  return fitting.front();
}

Task<Result<>> DeviceTable::note_seen(Digest pin) {
  const auto found = devices_.find(pin);
  if (found == devices_.end()) co_return Result<>();
  const state::WallTime when = now();
  const std::optional<state::WallTime> before = found->second.last_seen;
  if (before && when - *before < kSeenEvery) co_return Result<>();
  found->second.last_seen = when;
  co_return co_await state_.note_seen(bytes_of(pin), when);
}

}  // namespace proxy::gateway::dispatcher
