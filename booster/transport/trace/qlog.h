// The text form of trace events: qlog, one JSON text a line.
//
//   Shape   JSON text sequence: RS, an object, LF; the first one is the header. Names and members of the quic event
//           schema where they fit (a path is a `tuple`, a long packet a `handshake` one); what QUIC does not have is
//           packetboat:…
//   Source  draft-ietf-quic-qlog-main-schema-13, draft-ietf-quic-qlog-quic-events-13, RFC 7464
#pragma once
#include <string>
#include <string_view>

#include "booster/transport/trace/event.h"

namespace booster::transport::trace {

// `began`: wall clock at the time from which events count, RFC 3339.
std::string qlog_header(Role role, std::string_view program, std::string_view began);
// `time`: since then. `connection` tells those of one file apart.
void append_qlog(std::string& into, const Event& event, std::uint64_t connection, Duration time);

// Of who writes the file, in the same form.
void append_qlog_connection(std::string& into, std::string_view peer, std::uint64_t connection, Duration time);
void append_qlog_dropped(std::string& into, std::uint64_t events, Duration time);

}  // namespace booster::transport::trace
