#include "codec/compress/mix/place.h"

namespace codec::compress::mix {
namespace {

constexpr std::uint32_t kFrontOctets = 12;
constexpr std::uint32_t kLongestName = 24;

bool is_letter(std::uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 128;
}

bool separates(std::uint32_t c) {
  return c == ' ' || c == ';' || c == '=' || c == '@' || c == '.';
}

}  // namespace

void Place::take(std::uint8_t octet, std::uint32_t end) {
  const std::uint32_t c = octet;
  last8_ = last8_ << 8 | c;
  if (is_letter(c)) {
    word_ = scramble(word_, c | 0x20U);
  } else if (word_ != 0) {
    words_before_ = {word_, words_before_[0]};
    word_ = 0;
  }
  ++column_;
  if (c == '\n') {
    line_above_ = line_;
    line_ = end;
    column_ = front_ = part_ = 0;
    named_ = false;
    return;
  }
  if (column_ <= kFrontOctets && c != ':') front_ = scramble(front_, c);
  // A folded line belongs to the field before it.
  if (column_ == 1) {
    named_ = c == ' ' || c == '\t';
    if (!named_) field_ = 0;
  }
  if (named_) {
    part_ += separates(c) ? 1 : 0;
  } else if (c == ':' || c == ' ' || column_ > kLongestName) {
    named_ = true;
  } else {
    field_ = scramble(field_, c);
  }
}

}  // namespace codec::compress::mix
