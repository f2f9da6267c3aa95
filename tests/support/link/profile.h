// Link profiles by name, and their text form.
//   profile  = base *("," setting)
//   base     = name / "sym:" RATE ":" RTT_MS ":" LOSS / "trace:" UP_FILE "," DOWN_FILE
//   setting  = ["up." / "down."] key "=" value          both directions unless one is named
//   keys       rate=RATE delay=MS jitter=MS loss=SHARE ge=P:R:BAD queue=BYTES police=RATE:BURST ecn=BYTES
//              outage=MS:EVERY_MS reorder=yes|no udp=yes|no
// RATE and BYTES take k, M, G (powers of ten); a share is 1% or .01.
#pragma once
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "tests/support/link/settings.h"

namespace support::link {

constexpr std::size_t kMaxProfileText = 4096;  // two file names and a handful of settings

// Trace files are named, not read: load_traces in the program does that.
//   Errors  Protocol: names the part that is wrong · NotFound: no such profile · Limit
codec::Result<LinkProfile> parse_profile(std::string_view text);

std::vector<std::string_view> profile_names();

}  // namespace support::link
