// Finds where two sides' (uid, flags) sets differ by descending range digests: bytes proportional to the difference.
// Source: PROTOCOL.md §4 The agent holds its own entries, asks the client about ranges and narrows down. Pure.
#pragma once
#include <map>
#include <span>

#include "proxy/sync/feed.h"

namespace proxy::sync {

constexpr std::size_t kFanOut =
    16;  // sub-ranges asked for at once of a range that differs: 500,000 messages in 4 round trips
constexpr std::size_t kWholeRange =
    64;  // a differing range of so few messages (of ours and theirs together) is sent whole
constexpr std::size_t kMaxAsked = 1024;  // ranges in one message

// What a side holds of a range; the client answers AskRanges with it.
RangeState state_of_range(std::span<const Entry> ascending, ServerUid low, ServerUid high);

struct Difference {
  std::vector<Entry> changed;          // we have it, they have other flags (our flags)
  std::vector<Entry> missing_there;    // we have it, they do not
  std::vector<ServerUid> extra_there;  // they have it, we do not
};

class RangeDescent {
 public:
  // `ours`, ascending, must outlive the descent. Begins by asking about [1, high].
  RangeDescent(std::span<const Entry> ours, std::uint32_t mailbox, ServerUid high);

  // The next question; nullopt when none is open (done, or waiting for answers).
  std::optional<AskRanges> next_question();
  //   Errors  Protocol: an answer to nothing that was asked, entries outside their range or not ascending
  Result<> on_answer(const RangeStates& answer);
  bool done() const { return to_ask_.empty() && asked_.empty(); }
  const Difference& difference() const { return difference_; }
  // Skips the first question when the whole's digest is known from a vector already.
  void start_with(const RangeState& whole);

 private:
  struct Range {
    ServerUid low;
    ServerUid high;
    bool whole = false;
    auto operator<=>(const Range&) const = default;
  };
  std::span<const Entry> ours_in(ServerUid low, ServerUid high) const;
  void judge(const RangeState& theirs);
  void split(ServerUid low, ServerUid high);
  void compare(const Range& range, std::span<const Entry> theirs);

  std::span<const Entry> ours_;
  std::uint32_t mailbox_;
  std::vector<Range> to_ask_;
  std::vector<Range> asked_;
  Difference difference_;
};

}  // namespace proxy::sync
