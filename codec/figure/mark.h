// A mark in the text: where a figure stood and how it was written.                               Source: FIGURES.md §2
#pragma once
#include <optional>
#include <variant>

#include "codec/figure/date.h"
#include "codec/figure/run.h"

namespace codec::figure {

constexpr std::byte kMark{0x01};  // no text has it

struct Itself {  // kMark
  bool operator==(const Itself&) const = default;
};
struct RunMark {
  Alphabet alphabet = Alphabet::None;
  std::size_t size = 0;  // characters
  bool operator==(const RunMark&) const = default;
};
using Mark = std::variant<Itself, DateForm, RunMark>;

// Characters that one mark can stand for: of a longer run, its front.
constexpr std::size_t most_characters(Alphabet alphabet);

// The octet behind kMark.
std::byte encode_mark(const Mark& mark);
std::optional<Mark> decode_mark(std::byte code);

constexpr std::size_t kMostHexPairs = 51;
constexpr std::size_t kMostQuanta = 128 + kShortestBase64 / 4 - 1;
constexpr std::size_t most_characters(Alphabet alphabet) {
  return alphabet == Alphabet::Base64 ? kMostQuanta * 4 : kMostHexPairs * 2;
}

}  // namespace codec::figure
