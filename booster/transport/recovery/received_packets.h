// The packets of one space that have arrived: what was seen before, and what is to be acknowledged.
// Source: RFC 9000 §12.3, §13.2
#pragma once
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "booster/transport/recovery/limits.h"

namespace booster::transport::recovery {

class ReceivedPackets {
 public:
  // Seen before, or so old that nobody knows: not to be processed (again).
  bool is_old(PacketNumber number) const;
  // Only what is_old() lets through, and only after it was opened.
  void add(PacketNumber number, Ecn ecn, TimePoint received_at);

  bool empty() const { return ranges_.empty(); }
  PacketNumber largest() const { return ranges_.front().largest; }
  TimePoint largest_at() const { return largest_at_; }
  std::span<const NumberRange> ranges() const { return ranges_; }  // newest first
  const EcnCounts& ecn() const { return ecn_; }
  std::uint64_t count() const { return count_; }

  // What the next ACK should tell: ranges not yet told kRangeRepeats times, newest first, at least one and at most
  // `most`.
  //   Shape   counts as told
  std::vector<NumberRange> tell(std::size_t most);
  // The peer has an ACK of ours that told everything up to `largest`: it need not be told again.
  void on_told(PacketNumber largest);

 private:
  void forget_oldest();

  std::vector<NumberRange> ranges_;  // disjoint, not adjacent, descending
  std::vector<int> told_;            // beside ranges_
  std::uint64_t floor_ = 0;          // below it everything counts as old
  TimePoint largest_at_{};
  EcnCounts ecn_;
  std::uint64_t count_ = 0;
};

}  // namespace booster::transport::recovery
