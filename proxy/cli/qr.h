// A QR code for a terminal.
#pragma once
#include <string>

namespace proxy::cli {

// Two modules a character cell (upper and lower half blocks), with its quiet zone; empty when the text is too long for
// one.
std::string qr_code(const std::string& text);

}  // namespace proxy::cli
