// Lately: which items the window of a stream has still seen.
#pragma once
#include <deque>

#include "codec/compress/block.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::chunks {

// Octets of messages back to which a match is found.
constexpr std::uint64_t reach_of(const codec::compress::Coding& coding) {
  using codec::compress::Encoding;
  if (coding.encoding == Encoding::Mix) return codec::compress::mix::kHistoryOctets;
  if (coding.encoding == Encoding::ZstdWindow) return std::uint64_t{1} << static_cast<unsigned>(coding.window_log);
  return 0;
}

//   Limits  as many items as the window holds
class Lately {
 public:
  using Coding = codec::compress::Coding;

  //   sent  octets of messages on this stream, up to the item's end or by now
  void went(sync::ItemKey key, std::uint64_t sent, const Coding& coding) {
    if (coding != coding_) went_.clear();  // another window
    coding_ = coding;
    while (!went_.empty() && sent - went_.front().end > reach_of(coding)) went_.pop_front();
    went_.push_back({std::move(key), sent});
  }
  // With some room for the item itself: what lies far back is out of reach by its end.
  bool sees(const sync::ItemKey& key, std::uint64_t sent, const Coding& coding) const {
    if (coding != coding_) return false;
    for (const Went& one : went_) {
      if (one.key == key) return sent - one.end < reach_of(coding) / 2;
    }
    return false;
  }

 private:
  struct Went {
    sync::ItemKey key;
    std::uint64_t end;
  };
  std::deque<Went> went_;  // the oldest first
  Coding coding_;
};

}  // namespace proxy::gateway::chunks
