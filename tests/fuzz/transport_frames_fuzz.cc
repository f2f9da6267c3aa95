// Any bytes as a packet's payload: every frame that is taken is written back octet for octet, at the size foretold.
#include <algorithm>
#include <cstdlib>

#include "booster/transport/packet/frame.h"

namespace {

using namespace booster::transport::packet;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_ranges(const frame::Ack& ack) {
  require(!ack.ranges.empty() && ack.ranges.size() <= frame::kMaxRanges);
  for (std::size_t i = 0; i < ack.ranges.size(); ++i) {
    require(ack.ranges[i].smallest <= ack.ranges[i].largest);
    require(i == 0 || ack.ranges[i].largest.value + 2 <= ack.ranges[i - 1].smallest.value);
  }
  const std::size_t size = frame::frame_size(ack);
  require(frame::ranges_that_fit(ack, size) == ack.ranges.size());
  require(frame::ranges_that_fit(ack, size - 1) < ack.ranges.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const booster::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  frame::Scratch scratch;
  for (booster::ByteReader in(bytes); !in.empty();) {
    const std::size_t start = in.position();
    const auto taken = frame::decode(in, scratch);
    if (!taken) break;
    require(in.position() > start);
    const booster::ByteView wire = bytes.subspan(start, in.position() - start);
    require(frame::frame_size(*taken) == wire.size());
    booster::Bytes again(wire.size());
    require(frame::encode(again, *taken) == wire.size() && std::equal(wire.begin(), wire.end(), again.begin()));
    if (const auto* ack = std::get_if<frame::Ack>(&*taken)) check_ranges(*ack);
    if (std::holds_alternative<frame::SessionFrames>(*taken)) require(in.empty());
  }
  return 0;
}
