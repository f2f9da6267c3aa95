// Every bound of the container opener, in one place.
#pragma once
#include <cstddef>
#include <cstdint>

namespace codec::container {

constexpr std::size_t kMaxOpenedBlock = 768 * 1024;  // content of one block: what a bomb may grow to
constexpr std::size_t kMaxClosedBlock = 256 * 1024;  // octets of one block
constexpr std::size_t kMaxText = 64 * 1024 * 1024;   // that is inflated of an item: who sends mail sends us work
constexpr std::size_t kMaxVain = 8 * 1024 * 1024;    // octets and text of an item that are looked at for nothing
constexpr std::size_t kMaxStreams = 1024;            // that begin in a block of one level: each clears its index
constexpr std::size_t kMaxLevels = 2;                // a docx in a zip; each level costs its own windows
constexpr std::size_t kMinStream = 64;               // compressed octets; a shorter stream does not pay for its recipe
constexpr std::size_t kMaxHeader = 1024;             // of a zip entry or gzip member; a longer one is not looked into
constexpr std::size_t kMaxHops = 1024;               // steps along a hash chain that a correction may count
// Candidates that a matcher may look at for a piece: texts of two letters at level 9 would take seconds a block.
constexpr std::uint64_t max_work(std::size_t text) {
  return (std::uint64_t{text} + 16 * 1024) * 128;
}
constexpr std::uint64_t kMaxStreamText = std::uint64_t{1} << 30;  // positions are 32 bits wide
constexpr std::size_t kWindow = 32768;                            // RFC 1951 §2: the farthest distance
constexpr std::size_t kMinMatch = 3;                              // RFC 1951 §3.2.5
constexpr std::size_t kMaxMatch = 258;

}  // namespace codec::container
