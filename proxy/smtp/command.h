// A client's commands, read and written by one grammar.                                       Source: RFC 5321 §4.1.1,
// §4.1.2
#pragma once
#include <variant>

#include "proxy/smtp/address.h"
#include "proxy/smtp/ehlo.h"

namespace proxy::smtp {

enum class BodyType { SevenBit, EightBitMime };  // RFC 6152
enum class Return { Full, Headers };             // RFC 3461 §4.3

struct MailParameters {
  std::optional<std::uint64_t> size;
  std::optional<BodyType> body;
  bool smtp_utf8 = false;
  std::optional<Return> ret;
  std::optional<std::string> envid;  // xtext, as on the wire
  std::optional<std::string> auth;   // xtext or "<>"
  friend bool operator==(const MailParameters&, const MailParameters&) = default;
};

struct Notify {  // none of the three: NEVER                                                           RFC 3461 §4.1
  bool success = false;
  bool failure = false;
  bool delay = false;
  friend bool operator==(const Notify&, const Notify&) = default;
};
struct RecipientParameters {
  std::optional<Notify> notify;
  std::optional<std::string> orcpt;  // addr-type ";" xtext, as on the wire
  friend bool operator==(const RecipientParameters&, const RecipientParameters&) = default;
};

struct Hello {
  bool extended;
  std::string host;
};
struct MailFrom {
  Path from;
  MailParameters parameters;
};
struct RecipientTo {
  Path to;  // never null
  RecipientParameters parameters;
};
struct DataCommand {};
struct Rset {};
struct Noop {};
struct Quit {};
struct Vrfy {};
struct Help {};
struct StartTls {};
struct Auth {
  std::string mechanism;               // upper case
  std::optional<std::string> initial;  // decoded; empty for "="
};
using Command = std::variant<Hello, MailFrom, RecipientTo, DataCommand, Rset, Noop, Quit, Vrfy, Help, StartTls, Auth>;

// One line without its CRLF. What is refused comes back as the reply to give: 500, 501, 502, 504, 552 or 555.
// `offers` is what this server said: a parameter that was not offered is refused.
tl::expected<Command, Reply> parse_command(std::string_view line, const Capabilities& offers);

// With CRLF. Parameters that `offers` lacks are left out where that is harmless (SIZE, DSN's, AUTH); BODY and SMTPUTF8
// are the caller's to settle before.
std::string write_mail(const Path& from, const MailParameters& parameters, const Capabilities& offers);
std::string write_recipient(const Path& to, const RecipientParameters& parameters, const Capabilities& offers);

bool is_host_name(std::string_view text);  // what may stand behind HELO and EHLO: no space, no control

}  // namespace proxy::smtp
