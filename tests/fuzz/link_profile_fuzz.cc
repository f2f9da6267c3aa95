// Profile text and traces come from people and files.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/support/link/opportunities.h"
#include "tests/support/link/profile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)support::link::parse_profile(text);
  (void)support::link::parse_trace(text);
  return 0;
}
