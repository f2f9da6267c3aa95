#include "codec/mime/quoted_lines.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "codec/base/varint.h"
#include "codec/mime/header.h"
#include "codec/mime/quoted_model.h"

namespace codec::mime {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::size_t kEscape = 3;
constexpr std::size_t kDecisions = 2;  // for each octet
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kCostOfAStretch = 6;  // octets of layout, about

// How one octet of content stood in the mail.
constexpr std::uint8_t kEscaped = 1;
constexpr std::uint8_t kBroken = 2;  // a soft line break before it

std::size_t hex_digit(char c) {
  return kHex.find(c);
}

// Reads line by line; what a line gave is forgotten when it turns out to be none of quoted-printable.
class Tokenizer {
 public:
  Tokenizer(ByteView raw, LineEnd end, Bytes& content)
      : text_(as_text(raw)), end_(end == LineEnd::CrLf ? "\r\n" : "\n"), content_(content), begin_(content.size()) {}

  void run() {
    while (at_ < text_.size() && take_line()) {
      taken_ = at_;
      kept_ = forms_.size();
      kept_broken_ = broken_;
    }
    content_.resize(begin_ + kept_);
    forms_.resize(kept_);
  }
  std::size_t taken() const { return taken_; }
  bool broken() const { return kept_broken_; }
  const std::vector<std::uint8_t>& forms() const { return forms_; }

 private:
  void put(char c, std::uint8_t form) {
    content_.push_back(static_cast<std::byte>(c));
    forms_.push_back(static_cast<std::uint8_t>(form | (broken_ ? kBroken : 0)));
    broken_ = false;
  }
  bool put_alone(char c, std::uint8_t form);
  bool take_line();
  bool take_plain();
  bool take_escape();

  std::string_view text_;
  std::string_view end_;
  Bytes& content_;
  std::size_t begin_;
  std::size_t at_ = 0;
  bool broken_ = false;
  std::vector<std::uint8_t> forms_;
  std::size_t taken_ = 0;
  std::size_t kept_ = 0;
  bool kept_broken_ = false;
};

// False: with the octet before it, it would be taken for a line end that it is not.
bool Tokenizer::put_alone(char c, std::uint8_t form) {
  const bool behind_cr = !forms_.empty() && (forms_.back() & kEscaped) == 0 && content_.back() == std::byte{'\r'};
  if (c == '\n' && behind_cr && end_.size() == 2) return false;
  put(c, form);
  return true;
}

// All up to what may be something else.
bool Tokenizer::take_plain() {
  if (!put_alone(text_[at_++], 0)) return false;
  std::size_t until = at_;
  while (until < text_.size() && text_[until] != '=' && text_[until] != '\r' && text_[until] != '\n') ++until;
  const ByteView plain = as_bytes(text_.substr(at_, until - at_));
  content_.insert(content_.end(), plain.begin(), plain.end());
  forms_.resize(forms_.size() + plain.size());
  at_ = until;
  return true;
}

bool Tokenizer::take_escape() {
  if (at_ + 2 >= text_.size()) return false;
  const std::size_t high = hex_digit(text_[at_ + 1]);
  const std::size_t low = hex_digit(text_[at_ + 2]);
  if (high == std::string_view::npos || low == std::string_view::npos) return false;
  at_ += kEscape;
  return put_alone(static_cast<char>(high << 4 | low), kEscaped);
}

// False: this line cannot be written again from what it decodes to.
bool Tokenizer::take_line() {
  if (begins_content_field(text_.substr(at_, kLongestName))) return false;
  while (at_ < text_.size()) {
    if (text_.substr(at_, end_.size()) == end_) {
      for (const char c : end_) put(c, 0);
      at_ += end_.size();
      return true;
    }
    if (text_[at_] != '=') {
      if (!take_plain()) return false;
    } else if (text_.substr(at_ + 1, end_.size()) == end_) {
      if (broken_ || forms_.empty()) return false;
      broken_ = true;
      at_ += 1 + end_.size();
      return true;
    } else if (!take_escape()) {
      return false;
    }
  }
  return true;
}

// The decisions at which the model is wrong about `forms`.
std::vector<std::size_t> surprises_of(ByteView content, LineEnd end, const std::vector<std::uint8_t>& forms) {
  std::vector<std::size_t> surprises;
  std::size_t right = 0;
  const auto told = [&](bool foretold, bool done) {
    if (foretold == done) {
      ++right;
    } else {
      surprises.push_back(right);
      right = 0;
    }
  };
  QuotedModel model(content, end);
  while (!model.done()) {
    const auto here = forms.begin() + static_cast<std::ptrdiff_t>(model.position());
    const auto room = static_cast<std::ptrdiff_t>(model.foretells_plain(content.size()));
    const auto plain = std::find_if(here, here + room, [](std::uint8_t form) { return form != 0; }) - here;
    if (plain > 0) {
      model.pass(static_cast<std::size_t>(plain));
      right += kDecisions * static_cast<std::size_t>(plain);
      continue;
    }
    const std::uint8_t form = forms[model.position()];
    const bool escaped = (form & kEscaped) != 0;
    const bool broken = (form & kBroken) != 0;
    told(model.foretells_escape(), escaped);
    model.did_escape(escaped);
    told(model.foretells_break(), broken);
    model.did_break(broken);
    model.advance();
  }
  return surprises;
}

LineEnd line_end_of(std::string_view text) {
  const std::size_t newline = text.find('\n');
  return newline != std::string_view::npos && (newline == 0 || text[newline - 1] != '\r') ? LineEnd::Lf : LineEnd::CrLf;
}

}  // namespace

bool begins_content_field(std::string_view line) {
  constexpr std::string_view kPrefix = "content-";
  if (line.size() <= kPrefix.size() || (line.front() | 0x20) != 'c') return false;
  if (!equal_ignoring_case(line.substr(0, kPrefix.size()), kPrefix)) return false;
  const std::size_t behind = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
  return behind != std::string_view::npos && line[behind] == ':';
}

QuotedLines take_quoted(ByteView raw, Bytes& content) {
  const std::size_t begin = content.size();
  QuotedStretch stretch;
  stretch.end = line_end_of(as_text(raw));
  Tokenizer tokens(raw, stretch.end, content);
  tokens.run();
  QuotedLines lines;
  lines.taken = tokens.taken();
  stretch.size = content.size() - begin;
  stretch.broken = tokens.broken();
  std::size_t cost = stretch.size + kCostOfAStretch;
  if (stretch.size > 0 && cost < lines.taken) {
    stretch.surprises = surprises_of(ByteView(content).subspan(begin), stretch.end, tokens.forms());
    for (const std::size_t gap : stretch.surprises) cost += varint_size(gap);
  }
  if (stretch.size > 0 && cost < lines.taken) {
    lines.stretch = std::move(stretch);
  } else {
    content.resize(begin);
  }
  return lines;
}

Result<> write_quoted(const QuotedStretch& stretch, ByteView content, std::size_t limit, Bytes& raw) {
  const std::string_view end = stretch.end == LineEnd::CrLf ? "\r\n" : "\n";
  std::size_t next = 0;
  std::size_t right = 0;
  const auto done = [&](bool foretold) {
    const bool wrong = next < stretch.surprises.size() && right == stretch.surprises[next];
    right = wrong ? 0 : right + 1;
    next += wrong ? 1 : 0;
    return foretold != wrong;
  };
  const auto put = [&raw](std::string_view text) {
    const ByteView octets = as_bytes(text);
    raw.insert(raw.end(), octets.begin(), octets.end());
  };
  const auto soft_break = [&] {
    put("=");
    put(end);
  };
  const std::size_t most = raw.size() + limit;
  QuotedModel model(content, stretch.end);
  while (!model.done()) {
    const std::size_t certain =
        next < stretch.surprises.size() ? (stretch.surprises[next] - right) / kDecisions : content.size();
    if (const std::size_t plain = model.foretells_plain(certain); plain > 0) {
      const ByteView octets = content.subspan(model.position(), plain);
      raw.insert(raw.end(), octets.begin(), octets.end());
      model.pass(plain);
      right += kDecisions * plain;
      continue;
    }
    const bool escaped = done(model.foretells_escape());
    model.did_escape(escaped);
    const bool broken = done(model.foretells_break());
    model.did_break(broken);
    if (broken) soft_break();
    const auto c = std::to_integer<unsigned char>(content[model.position()]);
    const std::size_t octets = model.advance();
    if (octets == 2 || !escaped) {
      const ByteView plain = content.subspan(model.position() - octets, octets);
      raw.insert(raw.end(), plain.begin(), plain.end());
    } else {
      const char escape[] = {'=', kHex[c >> 4], kHex[c & 15]};
      put({escape, sizeof escape});
    }
    if (raw.size() > most) return fail(Errc::Limit, "quoted stretch: longer than its block");
  }
  if (stretch.broken) soft_break();
  if (next != stretch.surprises.size()) return fail(Errc::Protocol, "quoted stretch: a surprise behind its end");
  return {};
}

}  // namespace codec::mime
