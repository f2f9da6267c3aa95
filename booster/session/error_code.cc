#include "booster/session/error_code.h"

#include <array>

namespace booster::session {
namespace {

// The place in the table is the code; never reordered.
constexpr std::array kCodes = {Errc::Cancelled, Errc::Timeout, Errc::Closed,     Errc::Unreachable, Errc::Io,
                               Errc::Protocol,  Errc::Limit,   Errc::Corrupt,    Errc::Denied,      Errc::NotFound,
                               Errc::Conflict,  Errc::Full,    Errc::Unsupported};

}  // namespace

std::uint8_t wire_code(Errc code) {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (kCodes[i] == code) return static_cast<std::uint8_t>(i);
  }
  return wire_code(Errc::Io);
}

Errc errc_from_wire(std::uint64_t code) {
  return code < kCodes.size() ? kCodes[static_cast<std::size_t>(code)] : Errc::Io;
}

std::string clean_reason(ByteView reason) {
  std::string text = codec::to_string(reason);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

}  // namespace booster::session
