// CHECK: for our own bugs only, on in release too. Nothing that comes from a peer, a disk or an operator.
#pragma once

namespace codec {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace codec

#define CHECK(condition)                                     \
  do {                                                       \
    if (!(condition)) [[unlikely]]                           \
      ::codec::check_failed(#condition, __FILE__, __LINE__); \
  } while (0)
