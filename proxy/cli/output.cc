#include "proxy/cli/output.h"

#include <fmt/format.h>

#include <cstdio>

namespace proxy::cli {

void print(const std::string& text) {
  std::printf("%s\n", text.c_str());
}

int print_error(const Error& error) {
  std::fprintf(stderr, "packetboat: %s\n",
               error.what.empty() ? std::string(codec::to_string(error.code)).c_str() : error.what.c_str());
  return error.code == Errc::Protocol ? kUsage : kFailed;
}

int finish(const Result<>& result) {
  return result ? kOk : print_error(result.error());
}

std::string age(std::chrono::seconds length) {
  const auto seconds = length.count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 2 * 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 2 * 86'400) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86'400);
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  const char* unit = "kB";
  double value = static_cast<double>(bytes) / 1000;
  for (const char* next : {"MB", "GB", "TB"}) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

}  // namespace proxy::cli
