// What one end has of the other's streams: said first on every new carrier.                Source: PROTOCOL.md §6
#pragma once
#include <cstdint>
#include <vector>

#include "booster/session/types.h"

namespace booster::session {

struct ResumeState {
  struct Live {
    StreamId stream;
    std::uint64_t mark = 0;  // bytes received without a gap, plus one once the end is among them
    bool opened =
        false;  // class and metadata have arrived (always so for streams the reader of this opened, once seen)
    auto operator<=>(const Live&) const = default;
  };
  std::uint64_t opened = 0;           // how many streams the sender of this has opened
  std::uint64_t seen = 0;             // one above the highest ordinal seen of the receiver's streams
  std::vector<std::uint64_t> unseen;  // ordinals below `seen` that never arrived; rising
  std::vector<Live> live;             // by rising stream id; what is neither live nor unseen is over
  auto operator<=>(const ResumeState&) const = default;
};

// A property chain of one packed value.   Limits  kMaxResumeState bytes
Bytes encode_resume_state(const ResumeState& state);
//   Errors  Protocol: not a chain, not rising, a mark beyond kMaxOffset · Limit: longer than kMaxResumeState
Result<ResumeState> decode_resume_state(ByteView bytes);

}  // namespace booster::session
