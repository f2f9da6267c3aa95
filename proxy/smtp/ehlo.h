// What a server offers in its answer to EHLO.                                                   Source: RFC 5321
// §4.1.1.1
#pragma once
#include "proxy/smtp/reply.h"

namespace proxy::smtp {

struct Capabilities {
  bool pipelining = false;             // RFC 2920
  bool eight_bit_mime = false;         // RFC 6152
  bool smtp_utf8 = false;              // RFC 6531
  bool dsn = false;                    // RFC 3461
  bool enhanced_status_codes = false;  // RFC 2034
  bool chunking = false;               // RFC 3030
  bool start_tls = false;              // RFC 3207
  bool size = false;                   // RFC 1870
  std::uint64_t max_size = 0;          // 0: no bound was stated
  std::vector<std::string> auth;       // RFC 4954, upper case

  bool has_auth(std::string_view mechanism) const;
  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

Capabilities parse_ehlo(const Reply& reply);
Reply write_ehlo(std::string_view host, const Capabilities& offers);

}  // namespace proxy::smtp
