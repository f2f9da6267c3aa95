// Cursor: the content of a source, from its octets, in constant memory: forward at the splitter's speed.
#pragma once
#include "codec/content/block.h"
#include "codec/mime/splitter.h"

namespace codec::repeat {

class Cursor {
 public:
  static constexpr std::size_t kAsked = content::kPiece + 1;  // one octet more tells that the source goes on

  // Appends of the content from `at` on what is here, at most `length` octets; how many. 0: take() more first.
  std::size_t copy(std::uint64_t at, std::size_t length, Bytes& out);
  // The source's octets from wants() on: kAsked, or all that are left.
  void take(ByteView octets);
  std::uint64_t wants() const { return written_; }
  std::size_t rewinds() const { return rewinds_; }  // copy() began anew

 private:
  mime::Splitter splitter_;
  std::uint64_t written_ = 0;  // octets that were taken
  std::uint64_t begin_ = 0;    // of the content: where piece_ does
  Bytes piece_;
  std::size_t rewinds_ = 0;
};

}  // namespace codec::repeat
