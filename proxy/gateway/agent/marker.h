// What was so before a command that must not run twice: written down durably before it is sent.   Source: DESIGN
// promise 3
#pragma once
#include <vector>

#include "proxy/gateway/agent/tickets.h"

namespace proxy::gateway::agent {

// A message by which its copy is known again: size and digest of the header block, both kept by any copy.
struct Likeness {
  std::uint32_t uid = 0;  // where it comes from
  std::uint64_t size = 0;
  ContentDigest header{};
};

struct Marker {
  sync::UidValidity uid_validity;     // of the target
  sync::ServerUid uid_next;           // of the target before the command: what it makes is at or above
  std::vector<Likeness> sources;      // Copy, Move: per item of the operation; uid 0: it was not there
  std::vector<sync::ServerUid> made;  // per source; 0: not known yet
};

Bytes encode_marker(const Marker& marker);
Result<Marker> decode_marker(ByteView bytes);  // Errors  Corrupt

// Of a header block as IMAP gives it or as it stands in a mail, the blank line behind it or not.
ContentDigest header_digest(std::string_view header);

}  // namespace proxy::gateway::agent
