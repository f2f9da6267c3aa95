// What context mixing takes, and looks back at.                                        Source: ../FORMAT.md §2, §4
#pragma once
#include <cstddef>
#include <cstdint>

namespace codec::compress::mix {

constexpr std::size_t kHistoryOctets = std::size_t{1} << 23;  // that matches are found in; a power of two
constexpr std::uint32_t kMostOctets = 1U << 31;               // that one predictor learns from
constexpr std::size_t kMemory = std::size_t{14} << 20;        // of a predictor, about; kHistoryOctets come to it

// Octets of what came before that a coder learns of; what lies before those it only sees.
constexpr std::size_t kLearned = 64 * 1024;

}  // namespace codec::compress::mix
