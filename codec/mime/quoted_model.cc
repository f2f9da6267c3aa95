#include "codec/mime/quoted_model.h"

#include <algorithm>

namespace codec::mime {
namespace {

constexpr std::size_t kInside = 0;
constexpr std::size_t kBeforeEnd = 1;
constexpr std::size_t kEscapeSize = 3;    // characters of "=XX"
constexpr int kMostTrust = 3;             // in either way of breaking
constexpr std::size_t kLongestWord = 80;  // what is looked at ahead

unsigned char octet(std::byte b) {
  return std::to_integer<unsigned char>(b);
}

// What most writers do: RFC 2045 §6.7 rules 1 to 3.
bool usually_escaped(unsigned char c, bool before_end) {
  if (c == ' ' || c == '\t') return before_end;
  return c < 33 || c > 126 || c == '=';
}

}  // namespace

bool QuotedModel::line_end_at(std::size_t at) const {
  if (end_ == LineEnd::Lf) return at < content_.size() && octet(content_[at]) == '\n';
  return at + 1 < content_.size() && octet(content_[at]) == '\r' && octet(content_[at + 1]) == '\n';
}

bool QuotedModel::at_line_end() const {
  return line_end_at(at_);
}

std::size_t QuotedModel::context() const {
  return line_end_at(at_ + 1) ? kBeforeEnd : kInside;
}

bool QuotedModel::writes_escape(std::size_t at) const {
  if (line_end_at(at)) return false;
  const bool before_end = line_end_at(at + 1);
  const unsigned char c = octet(content_[at]);
  const Habit habit = habits_[before_end ? kBeforeEnd : kInside][c];
  return habit == Habit::Usual ? usually_escaped(c, before_end) : habit == Habit::Escaped;
}

bool QuotedModel::foretells_escape() const {
  return writes_escape(at_);
}

// A line end that is escaped once does not make a habit: it is in the octets of a file, not in its lines.
void QuotedModel::did_escape(bool escaped) {
  escaped_ = escaped;
  if (!line_end_at(at_)) habits_[context()][octet(content_[at_])] = escaped ? Habit::Escaped : Habit::Plain;
}

// As many characters as fit, and the "=" where the line goes on behind them.
bool QuotedModel::fixed_breaks() const {
  const std::size_t width = column_ + (escaped_ ? kEscapeSize : 1);
  const std::size_t behind = at_ + 1;
  const bool last = line_end_at(behind) || behind == content_.size();
  return width > limit_ - (last ? 0 : 1);
}

// Before a word that does not fit; inside of one that fits no line.
bool QuotedModel::word_breaks() const {
  if (at_ == 0 || octet(content_[at_ - 1]) != ' ') return fixed_breaks();
  std::size_t width = column_;
  const std::size_t until = std::min(content_.size(), at_ + kLongestWord);
  for (std::size_t at = at_; at < until; ++at) {
    if (line_end_at(at)) return width > limit_;
    width += (at == at_ ? escaped_ : writes_escape(at)) ? kEscapeSize : 1;
    if (octet(content_[at]) == ' ') break;
    if (width > limit_ - 1) return true;
  }
  return width > limit_ - 1;
}

bool QuotedModel::foretells_break() const {
  if (column_ == 0 || (at_line_end() && !escaped_)) return false;
  return words_ > 0 ? word_breaks() : fixed_breaks();
}

void QuotedModel::did_break(bool broken) {
  if (column_ == 0 || (at_line_end() && !escaped_)) {
    if (broken) column_ = 0;
    return;
  }
  const bool fixed = fixed_breaks();
  const bool words = octet(content_[at_ - 1]) == ' ' || fixed ? word_breaks() : fixed;
  if (fixed != words) words_ = std::clamp(words_ + (words == broken ? 1 : -1), -kMostTrust, kMostTrust);
  const std::size_t width = column_ + 1;  // with the "="
  if (!broken) {
    // It fitted after all.
    if (fixed && words) limit_ = std::max(limit_, column_ + (escaped_ ? kEscapeSize : 1) + 1);
    return;
  }
  if (!fixed && !words) {
    if (last_early_ != 0) limit_ = std::max(last_early_, width);
    last_early_ = last_early_ != 0 ? 0 : width;
  } else {
    last_early_ = 0;
  }
  column_ = 0;
}

std::size_t QuotedModel::advance() {
  if (at_line_end() && !escaped_) {
    const std::size_t octets = end_ == LineEnd::CrLf ? 2 : 1;
    at_ += octets;
    column_ = 0;
    return octets;
  }
  column_ += escaped_ ? kEscapeSize : 1;
  ++at_;
  return 1;
}

std::size_t QuotedModel::foretells_plain(std::size_t most) const {
  const bool words = words_ > 0;
  if (column_ + 1 >= limit_) return 0;
  if (words && column_ > 0 && octet(content_[at_ - 1]) == ' ') return 0;  // a break may come before a word
  const std::size_t room = std::min({most, limit_ - 1 - column_, content_.size() - at_});
  std::size_t plain = 0;
  while (plain < room) {
    const unsigned char c = octet(content_[at_ + plain]);
    const Habit habit = habits_[kInside][c];
    if (c == '\r' || c == '\n' || (habit == Habit::Usual ? usually_escaped(c, false) : habit == Habit::Escaped)) break;
    ++plain;
    if (c == ' ' && words) break;
  }
  // What stands before a line end is judged by other habits.
  const bool before_end = plain > 0 && at_ + plain < content_.size() && octet(content_[at_ + plain]) <= '\r';
  return before_end ? plain - 1 : plain;
}

void QuotedModel::pass(std::size_t plain) {
  at_ += plain;
  column_ += plain;
}

}  // namespace codec::mime
