// What compression may cost and what a peer may make us spend.
#pragma once
#include <cstddef>

namespace codec::compress {

constexpr std::size_t kMaxBlock = 1024 * 1024;  // raw octets of one block: a bomb is refused within this much output
constexpr std::size_t kMaxCoded = kMaxBlock + 8192;  // zstd's own worst case for kMaxBlock is +4 KiB
constexpr int kMinWindowLog = 10;                    // zstd's own
constexpr int kMaxWindowLog = 23;                    // 8 MiB: what RFC 8878 §3.1.1.1.2 asks every decoder to bear
constexpr int kDefaultWindowLog = 20;                // 1 MiB: a user has about ten windows, a worker a hundred users
constexpr int kMinLevel = 1;
constexpr int kMaxLevel = 19;  // above it zstd wants 100 MiB and more for each window
constexpr int kDefaultLevel = 6;

}  // namespace codec::compress
