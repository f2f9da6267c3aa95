#include "proxy/client/faces/doorkeeper.h"

#include <algorithm>

#include "booster/crypto/random.h"

namespace proxy::client::faces {

using booster::crypto::Digest;
using booster::crypto::hmac_sha256;

Doorkeeper::Doorkeeper() : key_(booster::crypto::random_bytes(32)) {}

bool Doorkeeper::jailed(std::string_view peer, std::string_view user, TimePoint now) {
  const auto found = records_.find(Key(peer, user));
  return found != records_.end() && now < found->second.jailed_until;
}

Duration Doorkeeper::refused(std::string_view peer, std::string_view user, std::string_view password, TimePoint now) {
  forget_old(now);
  Record& record = records_[Key(peer, user)];
  record.last = now;
  const Digest tag = hmac_sha256(key_, as_bytes(password));
  if (std::find(record.refused.begin(), record.refused.end(), tag) == record.refused.end()) {
    record.refused.push_back(tag);
    ++record.failures;
  }
  if (record.refused.size() >= static_cast<std::size_t>(kFailuresToJail)) {
    record.jailed_until = now + kJail;
    record.refused.clear();
  }
  const int doublings = std::min(record.failures - 1, 3);
  return std::min<Duration>(kFirstDelay * (1 << doublings), kLongestDelay);
}

void Doorkeeper::admitted(std::string_view peer, std::string_view user) {
  records_.erase(Key(peer, user));
}

bool Doorkeeper::matches(std::string_view given, ByteView expected) const {
  // Digests of both: the comparison takes the same time whatever their lengths.
  const bool equal = hmac_sha256(key_, as_bytes(given)) == hmac_sha256(key_, expected);
  return equal && !expected.empty();
}

void Doorkeeper::forget_old(TimePoint now) {
  std::erase_if(records_, [now](const auto& entry) { return now - entry.second.last > kFailureMemory; });
  while (records_.size() >= kMaxRemembered) {
    const auto oldest = std::min_element(records_.begin(), records_.end(),
                                         [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
    records_.erase(oldest);
  }
}

}  // namespace proxy::client::faces
