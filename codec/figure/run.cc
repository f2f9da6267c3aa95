#include "codec/figure/run.h"

#include <array>

namespace codec::figure {
namespace {

constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kLowerDigits = "0123456789abcdef";
constexpr std::string_view kUpperDigits = "0123456789ABCDEF";
constexpr std::size_t kOften = 42;  // of a hundred neighbours: two of three are of different classes where chance rules

constexpr std::uint8_t kDigit = 1, kUpper = 2, kLower = 4, kSign = 8;  // the class of a character
constexpr std::uint8_t kLowerHex = 16, kUpperHex = 32;                 // it is such a digit
constexpr std::uint8_t kClasses = kDigit | kUpper | kLower | kSign;
constexpr std::uint8_t kAlphanumeric = kDigit | kUpper | kLower;

constexpr std::array<std::uint8_t, 256> make_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (const char c : kCharacters) {
    const auto place = static_cast<unsigned char>(c);
    kinds[place] = c >= 'a' ? kLower : c >= 'A' ? kUpper : c >= '0' && c <= '9' ? kDigit : kSign;
  }
  for (const char c : kLowerDigits) kinds[static_cast<unsigned char>(c)] |= kLowerHex;
  for (const char c : kUpperDigits) kinds[static_cast<unsigned char>(c)] |= kUpperHex;
  return kinds;
}
constexpr auto kKinds = make_kinds();

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (std::size_t i = 0; i < kCharacters.size(); ++i) {
    values[static_cast<unsigned char>(kCharacters[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kValues = make_values();

std::uint8_t kind(char c) {
  return kKinds[static_cast<unsigned char>(c)];
}

std::uint32_t sextet(char c) {
  return kValues[static_cast<unsigned char>(c)];
}

std::uint32_t nibble(char c) {
  return static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

// Letters and digits in one case; a number or a word alone is none: those are better left to the text.
Run hex_run(std::string_view figures) {
  std::uint8_t all = kLowerHex | kUpperHex;
  std::uint8_t any = 0;
  std::size_t size = 0;
  for (; size < figures.size() && (kind(figures[size]) & kAlphanumeric) != 0; ++size) {
    all &= kind(figures[size]);
    any |= kind(figures[size]);
    if (all == 0) return {};
  }
  const bool letters = (any & (kUpper | kLower)) != 0;
  if (size < kShortestHex || (any & kDigit) == 0 || !letters) return {};
  return {(all & kLowerHex) != 0 ? Alphabet::HexLower : Alphabet::HexUpper, size / 2 * 2};
}

// What looks like chance: words and paths keep to one case for a while.
Run base64_run(std::string_view figures) {
  std::size_t changes = 0;
  std::uint8_t any = 0;
  std::uint8_t before = 0;
  for (const char c : figures) {
    const auto now = static_cast<std::uint8_t>(kind(c) & kClasses);
    changes += now != before ? 1U : 0U;
    any |= now;
    before = now;
  }
  if ((any & kAlphanumeric) != kAlphanumeric || changes * 100 < figures.size() * kOften) return {};
  return {Alphabet::Base64, figures.size() / 4 * 4};
}

}  // namespace

bool is_figure(char c) {
  return kind(c) != 0;
}

Run parse_run(std::string_view figures) {
  const Run hex = hex_run(figures);
  if (hex.alphabet != Alphabet::None || figures.size() < kShortestBase64) return hex;
  return base64_run(figures);
}

void append_octets(Alphabet alphabet, std::string_view run, Bytes& octets) {
  if (alphabet != Alphabet::Base64) {
    for (std::size_t i = 0; i + 2 <= run.size(); i += 2) {
      octets.push_back(static_cast<std::byte>(nibble(run[i]) << 4 | nibble(run[i + 1])));
    }
    return;
  }
  for (std::size_t i = 0; i + 4 <= run.size(); i += 4) {
    const std::uint32_t bits =
        sextet(run[i]) << 18 | sextet(run[i + 1]) << 12 | sextet(run[i + 2]) << 6 | sextet(run[i + 3]);
    for (const unsigned shift : {16U, 8U, 0U}) octets.push_back(static_cast<std::byte>(bits >> shift));
  }
}

void append_characters(Alphabet alphabet, ByteView octets, Bytes& text) {
  if (alphabet != Alphabet::Base64) {
    const std::string_view digits = alphabet == Alphabet::HexLower ? kLowerDigits : kUpperDigits;
    for (const std::byte octet : octets) {
      text.push_back(static_cast<std::byte>(digits[std::to_integer<unsigned>(octet >> 4)]));
      text.push_back(static_cast<std::byte>(digits[std::to_integer<unsigned>(octet & std::byte{0x0f})]));
    }
    return;
  }
  for (std::size_t i = 0; i + 3 <= octets.size(); i += 3) {
    const auto octet = [&octets, i](std::size_t place) { return std::to_integer<std::uint32_t>(octets[i + place]); };
    const std::uint32_t bits = octet(0) << 16 | octet(1) << 8 | octet(2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) {
      text.push_back(static_cast<std::byte>(kCharacters[(bits >> shift) & 63U]));
    }
  }
}

}  // namespace codec::figure
