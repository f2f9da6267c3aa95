#include "codec/mime/base64_lines.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace codec::mime {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kNoBits = 0x8000'0000;
constexpr std::size_t kShortestLine = 32;   // characters; shorter ones are words
constexpr std::size_t kSoleLine = 60;       // one such line is enough
constexpr std::size_t kWorthAStretch = 24;  // octets
constexpr std::size_t kQuantumSize = 4;     // characters
constexpr std::size_t kQuantumOctets = 3;

// By place in the quantum, then by character: its six bits where they belong; kNoBits: outside the alphabet.
constexpr std::array<std::array<std::uint32_t, 256>, kQuantumSize> make_bits() {
  std::array<std::array<std::uint32_t, 256>, kQuantumSize> tables{};
  for (std::size_t place = 0; place < kQuantumSize; ++place) {
    tables[place].fill(kNoBits);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
      tables[place][static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint32_t>(i) << (18 - 6 * place);
    }
  }
  return tables;
}
constexpr auto kBits = make_bits();

std::uint32_t quantum(const std::byte* from) {
  std::uint32_t bits = 0;
  for (std::size_t place = 0; place < kQuantumSize; ++place)
    bits |= kBits[place][std::to_integer<unsigned char>(from[place])];
  return bits;
}

void store(std::uint32_t bits, std::byte* to) {
  to[0] = static_cast<std::byte>(bits >> 16);
  to[1] = static_cast<std::byte>(bits >> 8);
  to[2] = static_cast<std::byte>(bits);
}

// Whole quanta without padding; false: some character is none.
bool decode(ByteView characters, Bytes& content) {
  const std::size_t before = content.size();
  content.resize(before + characters.size() / kQuantumSize * kQuantumOctets);
  std::byte* to = content.data() + before;
  std::uint32_t wrong = 0;
  for (std::size_t at = 0; at + kQuantumSize <= characters.size(); at += kQuantumSize, to += kQuantumOctets) {
    const std::uint32_t bits = quantum(characters.data() + at);
    wrong |= bits;
    store(bits, to);
  }
  if ((wrong & kNoBits) == 0) return true;
  content.resize(before);
  return false;
}

// The last quantum, "xx==" or "xxx=", unused bits zero.
bool decode_padded(ByteView four, Bytes& content) {
  const std::string_view text = as_text(four);
  if (text[3] != '=') return false;
  const std::size_t octets = text[2] == '=' ? 1 : 2;
  std::uint32_t bits = 0;
  for (std::size_t place = 0; place <= octets; ++place) bits |= kBits[place][static_cast<unsigned char>(text[place])];
  if ((bits & kNoBits) != 0 || (bits << (8 + 8 * octets)) != 0) return false;
  for (std::size_t i = 0; i < octets; ++i) content.push_back(static_cast<std::byte>(bits >> (16 - 8 * i)));
  return true;
}

// The line end at `at`, 0: none there.
std::size_t line_end_at(std::string_view text, std::size_t at, LineEnd end) {
  const std::string_view wanted = end == LineEnd::CrLf ? "\r\n" : "\n";
  return text.substr(at, wanted.size()) == wanted ? wanted.size() : 0;
}

// A whole last line, shorter than the others or padded. Its characters; 0: there is none.
std::size_t take_last(ByteView raw, std::size_t longest, LineEnd end, Bytes& content) {
  const std::string_view text = as_text(raw);
  const std::size_t newline = text.substr(0, longest + 2).find('\n');
  const std::size_t before = newline == std::string_view::npos          ? text.size()
                             : end == LineEnd::Lf                       ? newline
                             : newline > 0 && text[newline - 1] == '\r' ? newline - 1
                                                                        : std::string_view::npos;
  if (before == 0 || before > longest || before % kQuantumSize != 0) return 0;
  const std::size_t kept = content.size();
  const ByteView line = raw.first(before);
  const bool padded = text[before - 1] == '=';
  if (decode(line.first(before - (padded ? kQuantumSize : 0)), content) &&
      (!padded || decode_padded(line.last(kQuantumSize), content))) {
    return before;
  }
  content.resize(kept);
  return 0;
}

}  // namespace

std::optional<Base64Lines> take_base64(ByteView raw, Bytes& content) {
  const std::string_view text = as_text(raw);
  if (raw.size() < kShortestLine || (quantum(raw.data()) & kNoBits) != 0) return std::nullopt;
  const std::size_t newline = text.substr(0, kMaxBase64Line + 2).find('\n');
  if (newline == std::string_view::npos || newline < kShortestLine) return std::nullopt;
  Base64Lines run;
  run.stretch.end = text[newline - 1] == '\r' ? LineEnd::CrLf : LineEnd::Lf;
  run.stretch.line = run.stretch.end == LineEnd::CrLf ? newline - 1 : newline;
  const std::size_t line = run.stretch.line;
  if (line % kQuantumSize != 0 || line > kMaxBase64Line) return std::nullopt;
  const std::size_t before = content.size();
  std::size_t lines = 0;
  bool more = true;
  while (more && raw.size() - run.taken >= line && decode(raw.subspan(run.taken, line), content)) {
    ++lines;
    run.taken += line;
    const std::size_t end = line_end_at(text, run.taken, run.stretch.end);
    run.stretch.ended = more = end != 0;
    run.taken += end;
  }
  if (more && (lines > 0 || line >= kSoleLine)) {
    if (const std::size_t last = take_last(raw.subspan(run.taken), line, run.stretch.end, content)) {
      ++lines;
      run.taken += last;
      const std::size_t end = line_end_at(text, run.taken, run.stretch.end);
      run.stretch.ended = end != 0;
      run.taken += end;
    }
  }
  run.stretch.size = content.size() - before;
  if (run.stretch.size < kWorthAStretch || (lines < 2 && line < kSoleLine)) {
    content.resize(before);
    return std::nullopt;
  }
  return run;
}

void write_base64(const Base64Stretch& stretch, ByteView content, Bytes& raw) {
  const std::string_view end = stretch.end == LineEnd::CrLf ? "\r\n" : "\n";
  const std::size_t octets_of_line = stretch.line / kQuantumSize * kQuantumOctets;
  const auto put = [&raw](std::uint32_t bits, std::size_t characters) {
    for (std::size_t i = 0; i < kQuantumSize; ++i) {
      raw.push_back(static_cast<std::byte>(i < characters ? kAlphabet[(bits >> (18 - 6 * i)) & 63U] : '='));
    }
  };
  raw.reserve(raw.size() + (content.size() / kQuantumOctets + 1) * kQuantumSize +
              (content.size() / octets_of_line + 1) * 2);
  for (std::size_t at = 0; at < content.size(); at += octets_of_line) {
    const ByteView line = content.subspan(at, std::min(octets_of_line, content.size() - at));
    std::size_t i = 0;
    for (; i + kQuantumOctets <= line.size(); i += kQuantumOctets) {
      put(std::to_integer<std::uint32_t>(line[i]) << 16 | std::to_integer<std::uint32_t>(line[i + 1]) << 8 |
              std::to_integer<std::uint32_t>(line[i + 2]),
          kQuantumSize);
    }
    if (i < line.size()) {
      const bool two = i + 1 < line.size();
      put(std::to_integer<std::uint32_t>(line[i]) << 16 | (two ? std::to_integer<std::uint32_t>(line[i + 1]) << 8 : 0U),
          two ? 3 : 2);
    }
    if (at + octets_of_line < content.size() || stretch.ended) {
      const ByteView octets = as_bytes(end);
      raw.insert(raw.end(), octets.begin(), octets.end());
    }
  }
}

}  // namespace codec::mime
