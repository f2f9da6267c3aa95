#include "booster/transport/packet/stateless.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/transport/packet/aead.h"
#include "booster/transport/packet/first_byte.h"
#include "booster/transport/packet/keys.h"
#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet {
namespace {

constexpr std::size_t kMaxLongHead = 1 + 4 + 2 * (1 + kMaxIdSize);
constexpr std::size_t kMaxRetry = kMaxLongHead + kMaxToken + kTagSize;

// Tag of (sized original destination ‖ the packet without its tag) over nothing.          §2
std::array<std::byte, kTagSize> retry_tag(ByteView untagged, const ConnectionId& original_destination) {
  std::array<std::byte, 1 + kMaxIdSize + kMaxRetry> associated;
  SpanWriter out(associated);
  out.sized(original_destination.view());
  out.put(untagged);
  const Keys keys = retry_keys();
  Nonce nonce;
  std::copy_n(keys.iv.reveal().begin(), nonce.size(), nonce.begin());
  std::array<std::byte, kTagSize> tag;
  AeadContext(keys.aead, AeadContext::Way::Seal, keys.key.reveal())
      .seal(nonce, ByteView(associated).first(out.size()), {}, tag);
  return tag;
}

}  // namespace

std::size_t write_version_negotiation(std::span<std::byte> into, const ConnectionId& destination,
                                      const ConnectionId& source, std::span<const std::uint32_t> versions) {
  if (into.size() < long_head_size(destination, source) + 4 * versions.size()) return 0;
  SpanWriter out(into);
  write_long_head(out, first_byte::kLong, kNegotiation, destination, source);
  for (const std::uint32_t version : versions) out.u32(version);
  return out.size();
}

std::size_t write_retry(std::span<std::byte> into, const RetryAnswer& retry) {
  CHECK(!retry.token.empty() && retry.token.size() <= kMaxToken);
  if (into.size() < long_head_size(retry.destination, retry.source) + retry.token.size() + kTagSize) return 0;
  SpanWriter out(into);
  write_long_head(out, first_byte::kLong | first_byte::kRetry, kVersion, retry.destination, retry.source);
  out.put(retry.token);
  out.put(retry_tag(into.first(out.size()), retry.original_destination));
  return out.size();
}

bool is_genuine_retry(ByteView packet, const ConnectionId& original_destination) {
  if (packet.size() < kTagSize || packet.size() > kMaxRetry) return false;
  const auto tag = retry_tag(packet.first(packet.size() - kTagSize), original_destination);
  return crypto::constant_time_equal(tag, packet.last(kTagSize));
}

ResetToken reset_token(const crypto::Secret& reset_key, const ConnectionId& id) {
  return crypto::hmac_sha256(reset_key.reveal(), id.view()).truncated<sizeof(ResetToken)>();
}

std::size_t write_stateless_reset(std::span<std::byte> into, std::size_t trigger_size, const ResetToken& token,
                                  ByteView random) {
  if (trigger_size <= kMinReset) return 0;
  const std::size_t size = std::min({trigger_size - 1, random.size() + token.size(), into.size()});
  if (size < kMinReset) return 0;
  SpanWriter out(into);
  out.put(random.first(size - token.size()));
  out.put(token);
  const std::uint8_t noise = std::to_integer<std::uint8_t>(into[0]);
  into[0] = static_cast<std::byte>(first_byte::kShort | (noise & first_byte::kProtected));
  return size;
}

bool is_reset(ByteView datagram, const ResetToken& token) {
  if (datagram.size() < kMinReset) return false;
  const std::uint8_t first = std::to_integer<std::uint8_t>(datagram[0]);
  return (first & first_byte::kShortMask) == first_byte::kShort &&
         crypto::constant_time_equal(datagram.last(token.size()), token);
}

}  // namespace booster::transport::packet
