// Errors as values: what the caller does next (the code) and what an operator can act on (the text).
#pragma once
#include <string>
#include <string_view>

namespace codec {

enum class Errc {
  Cancelled,    // our own scope asked for it
  Timeout,      // nothing happened for as long as we were willing to wait
  Closed,       // the peer ended in good order
  Unreachable,  // no way there now
  Io,           // the system refused a read, a write, a sync
  Protocol,     // a peer broke its protocol
  Limit,        // a stated bound was passed
  Corrupt,      // our own stored bytes are wrong
  Denied,       // identity or right not proved
  NotFound,
  Conflict,  // somebody else's newer state stands in the way
  Full,      // disk, quota or budget exhausted
  Unsupported,
};

enum class Retry { Now, Later, Never };

std::string_view to_string(Errc code);

// Whether the same request may succeed later; queues look at nothing else.
Retry retry(Errc code);

struct [[nodiscard]] Error {
  Errc code = Errc::Io;
  std::string what;  // "operation subject: reason"; holds no secret, subject line, body or address
  int sys = 0;       // errno or library code behind it, 0: none

  Error() = default;
  explicit Error(Errc error_code, std::string text = {}, int system = 0)
      : code(error_code), what(std::move(text)), sys(system) {}

  // Puts what a higher layer knows in front: "first sync of INBOX: read: timed out".
  Error context(std::string_view where) &&;
};

// "Denied: login at mail.example: password refused"
std::string to_string(const Error& error);

}  // namespace codec
