// What messages cost on the link and in processor time, told apart where they share a block.
#pragma once
#include <array>
#include <cstdint>
#include <deque>

#include "booster/runtime/cpu_clock.h"
#include "codec/compress/block.h"

namespace proxy::messaging {

struct Cost {
  std::uint64_t raw = 0;                                        // octets of messages
  std::uint64_t coded = 0;                                      // of blocks, as they crossed
  booster::runtime::Duration cpu{};                             // of coding, at this end
  std::array<std::uint64_t, codec::compress::kEncodings> by{};  // of raw, by encoding

  Cost& operator+=(const Cost& other);
  Cost& operator-=(const Cost& other);
  bool operator==(const Cost&) const = default;
};
Cost operator-(Cost one, const Cost& other);
// What most of it was coded with.
codec::compress::Encoding mostly(const Cost& cost);

// One direction of a stream: blocks in their order, and how far messages have been taken out of them. Messages that
// share a block share its cost by their octets; the sum of all is what crossed.
//   Limits  keeps what lies behind forget_before(), and kMostKept blocks at most
class CostCurve {
 public:
  // The next block. Without raw octets (padding): it belongs to what ended before it.
  void add(const Cost& block);
  // Of all octets before that place; it is not before what was forgotten.
  Cost up_to(std::uint64_t place) const;
  void forget_before(std::uint64_t place);
  const Cost& total() const { return total_; }

 private:
  static constexpr std::size_t kMostKept = 64;  // more than one batch waits in a stream
  void forget_first();

  Cost before_;  // of what is forgotten
  std::deque<Cost> kept_;
  Cost total_;
};

}  // namespace proxy::messaging
