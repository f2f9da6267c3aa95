// Every bound of the structure scanner, in one place. What lies past one is an opaque body, never an error.
#pragma once
#include <cstddef>

namespace codec::mime {

constexpr std::size_t kMaxDepth = 100;                // nesting; readers downstream recurse
constexpr std::size_t kMaxParts = 10'000;             // a part costs ~700 bytes here and a line in BODYSTRUCTURE
constexpr std::size_t kMaxHeader = 10 * 1024 * 1024;  // one header block
constexpr std::size_t kMaxFieldValue = 64 * 1024;     // what is looked at of one Content-* field (RFC 2231 bombs)
constexpr std::size_t kMaxParameters = 256;           // of one field, and sections of one RFC 2231 parameter
constexpr std::size_t kMaxBoundary = 1000;            // RFC 2046 says 70; a longer one is no boundary

}  // namespace codec::mime
