#include "codec/mime/splitter.h"

#include <utility>

#include "codec/mime/base64_lines.h"
#include "codec/mime/header.h"
#include "codec/mime/quoted_lines.h"
#include "codec/mime/split_layout.h"

namespace codec::mime {
namespace {

constexpr std::size_t kNear = 4096;       // a line longer than that is cut anywhere
constexpr std::size_t kLongestSoft = 80;  // characters of a line that ends in a soft line break

std::size_t line_size(std::string_view text) {
  const std::size_t newline = text.find('\n');
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

bool announces_quoted(std::string_view line) {
  constexpr std::string_view kField = "content-transfer-encoding:";
  constexpr std::string_view kQuoted = "quoted-printable";
  if (line.size() < kField.size() || !equal_ignoring_case(line.substr(0, kField.size()), kField)) return false;
  std::string_view value = line.substr(kField.size());
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  return equal_ignoring_case(value.substr(0, kQuoted.size()), kQuoted);
}

// Text in a body whose header was not seen: the mail was gone on with in its middle. Not the end of base64.
bool ends_softly(std::string_view line) {
  if (line.size() > kLongestSoft || line.find(' ') == std::string_view::npos) return false;
  return line.ends_with("=\r\n") || line.ends_with("=\n");
}

}  // namespace

std::size_t split_point(ByteView octets) {
  const std::string_view text = as_text(octets);
  const std::size_t newline = text.substr(text.size() - std::min(text.size(), kNear)).rfind('\n');
  return newline == std::string_view::npos ? text.size() : text.size() - std::min(text.size(), kNear) + newline + 1;
}

// What one block becomes.
class Splitter::Sink {
 public:
  explicit Sink(ByteView block) : block_(block) { content_.reserve(block.size()); }

  // Where a stretch is decoded to, behind what is literal before it.
  Bytes& stretch() {
    decoded_.clear();
    return decoded_;
  }
  void add(const Stretch& stretch, std::size_t begin, std::size_t end) {
    end_literal(begin);
    layout_.add(stretch);
    content_.insert(content_.end(), decoded_.begin(), decoded_.end());
    literal_ = end;
    undone_ = true;
  }
  SplitBlock take() {
    if (!undone_) return {{}, Bytes(block_.begin(), block_.end())};
    end_literal(block_.size());
    return {layout_.take(), std::move(content_)};
  }

 private:
  void end_literal(std::size_t end) {
    if (end == literal_) return;
    const ByteView octets = block_.subspan(literal_, end - literal_);
    layout_.add(LiteralStretch{octets.size()});
    content_.insert(content_.end(), octets.begin(), octets.end());
  }

  ByteView block_;
  std::size_t literal_ = 0;  // where what is not yet added begins
  bool undone_ = false;
  Bytes decoded_;
  Bytes content_;
  LayoutWriter layout_;
};

void Splitter::look_at(std::string_view line) {
  if (announces_quoted(line)) announced_ = true;
  if (line != "\n" && line != "\r\n") return;
  quoted_ = quoted_ || announced_;
  announced_ = false;
}

SplitBlock Splitter::split(ByteView block) {
  Sink sink(block);
  for (std::size_t at = 0; at < block.size();) {
    const ByteView rest = block.subspan(at);
    const std::string_view text = as_text(rest);
    const std::size_t line = line_size(text);
    if (!quoted_ && ends_softly(text.substr(0, line))) quoted_ = true;
    if (quoted_ && begins_content_field(text.substr(0, line))) quoted_ = false;
    if (quoted_) {
      QuotedLines quoted = take_quoted(rest, sink.stretch());
      if (quoted.stretch) sink.add(*std::move(quoted.stretch), at, at + quoted.taken);
      at += quoted.taken > 0 ? quoted.taken : line;
      continue;
    }
    if (const auto base64 = take_base64(rest, sink.stretch())) {
      sink.add(base64->stretch, at, at + base64->taken);
      at += base64->taken;
      continue;
    }
    look_at(text.substr(0, line));
    at += line;
  }
  return sink.take();
}

}  // namespace codec::mime
