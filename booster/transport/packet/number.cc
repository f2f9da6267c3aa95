#include "booster/transport/packet/number.h"

#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet {

// RFC 9000 A.2: twice the numbers under way must be told apart, for the receiver knows the largest only roughly.
std::size_t number_size(PacketNumber number, std::optional<PacketNumber> largest_acked) {
  CHECK(!largest_acked || *largest_acked < number);
  const std::uint64_t under_way = largest_acked ? number.value - largest_acked->value : number.value + 1;
  std::size_t size = 1;
  while (size < kMaxNumberSize && under_way > std::uint64_t{1} << (8 * size - 1)) ++size;
  CHECK(under_way <= std::uint64_t{1} << (8 * size - 1));
  return size;
}

void write_number(std::span<std::byte> into, PacketNumber number) {
  SpanWriter(into).fixed(number.value, into.size());
}

// RFC 9000 A.3, written so that nothing goes below zero.
PacketNumber decode_number(std::uint32_t truncated, std::size_t size, std::optional<PacketNumber> largest_seen) {
  const std::uint64_t expected = largest_seen ? largest_seen->value + 1 : 0;
  const std::uint64_t window = std::uint64_t{1} << (8 * size);
  const std::uint64_t candidate = (expected & ~(window - 1)) | truncated;
  if (candidate + window / 2 <= expected && candidate <= kMaxPacketNumber.value - window) return {candidate + window};
  if (candidate > expected + window / 2 && candidate >= window) return {candidate - window};
  return {candidate};
}

}  // namespace booster::transport::packet
