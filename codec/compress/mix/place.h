// Place: where in the text of a mail the next octet stands: in which word, field, line and part of it.
#pragma once
#include "codec/compress/mix/match.h"
#include "codec/compress/mix/scramble.h"

namespace codec::compress::mix {

class Place {
 public:
  // The octet that was added to the past.
  void take(std::uint8_t octet, std::uint32_t end);
  // The octet above the next one; 0: the line above is shorter.
  std::uint32_t above(const Past& past) const {
    const std::uint32_t at = line_above_ + column_;
    return line_above_ != line_ && at < line_ && past.end() - at < kHistoryOctets ? past[at] : 0U;
  }

  std::uint64_t last8() const { return last8_; }  // octets, the newest lowest
  std::uint32_t last4() const { return static_cast<std::uint32_t>(last8_); }
  std::uint32_t word() const { return word_; }  // of its letters so far
  std::uint32_t word_before() const { return words_before_[0]; }
  std::uint32_t word_before_that() const { return words_before_[1]; }
  std::uint32_t front() const { return front_; }  // of the line's first octets
  std::uint32_t field() const { return field_; }  // the header field's name, or the line's first word
  std::uint32_t part() const { return part_; }    // of the field: what separates parts was seen so often
  std::uint32_t column() const { return column_; }

 private:
  std::uint64_t last8_ = 0;
  std::uint32_t word_ = 0;
  std::array<std::uint32_t, 2> words_before_{};
  std::uint32_t front_ = 0;
  std::uint32_t field_ = 0;
  bool named_ = false;  // the name is whole
  std::uint32_t part_ = 0;
  std::uint32_t column_ = 0;
  std::uint32_t line_ = 0;  // where it begins
  std::uint32_t line_above_ = 0;
};

}  // namespace codec::compress::mix
