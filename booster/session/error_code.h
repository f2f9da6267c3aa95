// Error codes as they travel in RESET, STOP_SENDING and CLOSE.                             Source: PROTOCOL.md §7
#pragma once
#include <cstdint>
#include <string>

#include "booster/session/types.h"

namespace booster::session {

std::uint8_t wire_code(Errc code);
Errc errc_from_wire(
    std::uint64_t code);  // unknown: Io, so that a newer peer's reason is retried, not taken for a broken one

// A peer's reason, fit for a log: control characters become '?'.
std::string clean_reason(ByteView reason);

}  // namespace booster::session
