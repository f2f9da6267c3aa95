#include "tests/support/link/units.h"

#include <charconv>
#include <string>

namespace support::link {

using codec::Errc;
using codec::fail;
using codec::Result;

namespace {

constexpr double kMaxMilliseconds = 3'600'000;

Result<double> parse_decimal(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || stop != end || !(value >= 0))
    return fail(Errc::Protocol, "no number: " + std::string(text));
  if (value > static_cast<double>(kMaxCount)) return fail(Errc::Limit, "too large: " + std::string(text));
  return value;
}

double scale_of(char letter) {
  switch (letter) {
    case 'k':
      return 1e3;
    case 'M':
      return 1e6;
    case 'G':
      return 1e9;
    default:
      return 1;
  }
}

}  // namespace

Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return fail(Errc::Protocol, "no whole number: " + std::string(text));
  if (value > kMaxCount) return fail(Errc::Limit, "too large: " + std::string(text));
  return value;
}

Result<double> parse_scaled(std::string_view text) {
  const double scale = text.empty() ? 1 : scale_of(text.back());
  if (scale > 1) text.remove_suffix(1);
  TRY_ASSIGN(const double value, parse_decimal(text));
  if (value * scale > static_cast<double>(kMaxCount)) return fail(Errc::Limit, "too large: " + std::string(text));
  return value * scale;
}

Result<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  TRY_ASSIGN(double value, parse_decimal(text));
  if (percent) value /= 100;
  if (value > 1) return fail(Errc::Protocol, "more than all: " + std::string(text));
  return value;
}

Result<Duration> parse_milliseconds(std::string_view text) {
  TRY_ASSIGN(const double value, parse_decimal(text));
  if (value > kMaxMilliseconds) return fail(Errc::Limit, "longer than an hour: " + std::string(text));
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(value));
}

}  // namespace support::link
