// Runs of hex digits and of base64 characters, as the octets they stand for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/base/bytes.h"

namespace codec::figure {

enum class Alphabet : std::uint8_t { None, HexLower, HexUpper, Base64 };

constexpr std::size_t kShortestHex = 8;      // characters
constexpr std::size_t kShortestBase64 = 32;  // shorter ones are words and paths as often

// Whether a character can stand in a run of any alphabet.
bool is_figure(char c);

struct Run {
  Alphabet alphabet = Alphabet::None;
  std::size_t size = 0;  // characters of it, whole octets or quanta; at least the shortest
};
// Of characters that all are figures, with none before or behind: what begins at the front.   Limits  linear time
Run parse_run(std::string_view figures);

// Octets of `size` characters.
constexpr std::size_t octets_of(Alphabet alphabet, std::size_t size) {
  return alphabet == Alphabet::Base64 ? size / 4 * 3 : size / 2;
}
void append_octets(Alphabet alphabet, std::string_view run, Bytes& octets);
void append_characters(Alphabet alphabet, ByteView octets, Bytes& text);

}  // namespace codec::figure
