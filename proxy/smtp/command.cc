#include "proxy/smtp/command.h"

#include <algorithm>

#include "proxy/smtp/parameters.h"
#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

using Parsed = tl::expected<Command, Reply>;

tl::unexpected<Reply> refuse(int code, std::string text) {
  return tl::unexpected(Reply(code, std::move(text)));
}

template <class T>
Parsed without_argument(std::string_view rest) {
  if (!rest.empty()) return refuse(501, "5.5.4 No argument is allowed here");
  return T{};
}

// ehlo = "EHLO" SP ( Domain / address-literal );   hosts are not checked further: many programs send what they have
Parsed parse_hello(std::string_view rest, bool extended) {
  if (!is_host_name(rest)) return refuse(501, "5.5.4 Say which host you are");
  return Hello{extended, std::string(rest)};
}

// Takes "FROM:" or "TO:" and the path. The space that many programs put behind the colon is taken too.
tl::expected<Path, Reply> take_path(std::string_view& rest, std::string_view keyword) {
  if (!starts_ignoring_case(rest, keyword))
    return refuse(501, "5.5.4 " + std::string(keyword) + "<address> is missing");
  rest.remove_prefix(keyword.size());
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  Result<Path> path = parse_path(rest);
  if (!path && path.error().code == Errc::Limit) return refuse(501, "5.1.3 Address too long");
  if (!path) return refuse(501, "5.1.3 Address not understood");
  if (!rest.empty() && rest.front() != ' ') return refuse(501, "5.5.4 A space is missing behind the address");
  return *std::move(path);
}

// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters]
Parsed parse_mail(std::string_view rest, const Capabilities& offers) {
  auto path = take_path(rest, "FROM:");
  if (!path) return tl::unexpected(path.error());
  MailFrom mail{*std::move(path), {}};
  if (auto refusal = parse_parameters(rest, offers, mail.parameters)) return tl::unexpected(*std::move(refusal));
  if (!mail.from.ascii() && !mail.parameters.smtp_utf8) return refuse(553, "5.6.7 Address needs SMTPUTF8");
  return mail;
}

// rcpt = "RCPT TO:" ( "<Postmaster>" / Forward-path ) [SP Rcpt-parameters]
Parsed parse_recipient(std::string_view rest, const Capabilities& offers) {
  auto path = take_path(rest, "TO:");
  if (!path) return tl::unexpected(path.error());
  if (path->null()) return refuse(501, "5.1.3 A recipient needs an address");
  RecipientTo recipient{*std::move(path), {}};
  if (auto refusal = parse_parameters(rest, offers, recipient.parameters)) return tl::unexpected(*std::move(refusal));
  return recipient;
}

// auth = "AUTH" SP sasl-mech [SP initial-response],  initial-response = base64 / "="                     RFC 4954 §4
Parsed parse_auth(std::string_view rest) {
  Auth auth{std::string(take_word(rest)), std::nullopt};
  std::ranges::transform(auth.mechanism, auth.mechanism.begin(), upper);
  const bool named =
      !auth.mechanism.empty() && auth.mechanism.size() <= 20 &&
      std::ranges::all_of(auth.mechanism, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
  if (!named) return refuse(501, "5.5.4 No mechanism named");
  if (rest == "=") {
    auth.initial = "";
  } else if (!rest.empty()) {
    auth.initial = parse_base64(rest);
    if (!auth.initial) return refuse(501, "5.5.2 Not base64");
  }
  return auth;
}

}  // namespace

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxDomain &&
         std::ranges::none_of(text, [](char c) { return is_control(c) || c == ' '; });
}

Parsed parse_command(std::string_view line, const Capabilities& offers) {
  // A NUL or another control in a command is nobody's typing error.
  if (std::ranges::any_of(line, is_control)) return refuse(500, "5.5.2 Control characters in a command");
  while (line.ends_with(' ')) line.remove_suffix(1);  // §4.1.1: trailing spaces are to be tolerated
  const std::string_view verb = take_word(line);
  const auto is = [verb](std::string_view name) { return same_ignoring_case(verb, name); };
  if (is("EHLO")) return parse_hello(line, true);
  if (is("HELO")) return parse_hello(line, false);
  if (is("MAIL")) return parse_mail(line, offers);
  if (is("RCPT")) return parse_recipient(line, offers);
  if (is("DATA")) return without_argument<DataCommand>(line);
  if (is("RSET")) return without_argument<Rset>(line);
  if (is("QUIT")) return without_argument<Quit>(line);
  if (is("STARTTLS")) return without_argument<StartTls>(line);
  if (is("AUTH")) return parse_auth(line);
  if (is("NOOP")) return Noop{};
  if (is("HELP")) return Help{};
  if (is("VRFY")) return Vrfy{};
  if (is("EXPN") || is("TURN") || is("ETRN") || is("BDAT") || is("BURL")) return refuse(502, "5.5.1 Not offered here");
  return refuse(500, "5.5.2 Command not known");
}

std::string write_mail(const Path& from, const MailParameters& parameters, const Capabilities& offers) {
  std::string line = "MAIL FROM:" + from.text();
  if (parameters.size && offers.size) line += " SIZE=" + std::to_string(*parameters.size);
  if (parameters.body && offers.eight_bit_mime)
    line += *parameters.body == BodyType::EightBitMime ? " BODY=8BITMIME" : " BODY=7BIT";
  if (parameters.smtp_utf8 && offers.smtp_utf8) line += " SMTPUTF8";
  if (parameters.ret && offers.dsn) line += *parameters.ret == Return::Full ? " RET=FULL" : " RET=HDRS";
  if (parameters.envid && offers.dsn && is_xtext(*parameters.envid)) line += " ENVID=" + *parameters.envid;
  if (parameters.auth && !offers.auth.empty() && (*parameters.auth == "<>" || is_xtext(*parameters.auth)))
    line += " AUTH=" + *parameters.auth;
  return line + "\r\n";
}

namespace {
std::string write_notify(const Notify& notify) {
  std::string list;
  for (const auto& [wanted, word] :
       {std::pair{notify.success, "SUCCESS"}, {notify.failure, "FAILURE"}, {notify.delay, "DELAY"}})
    if (wanted) list += (list.empty() ? "" : ",") + std::string(word);
  return list.empty() ? "NEVER" : list;
}
}  // namespace

std::string write_recipient(const Path& to, const RecipientParameters& parameters, const Capabilities& offers) {
  std::string line = "RCPT TO:" + to.text();
  if (parameters.notify && offers.dsn) line += " NOTIFY=" + write_notify(*parameters.notify);
  // ORCPT came from a program: parsed again, so that only what the grammar allows is written.
  if (parameters.orcpt && offers.dsn) {
    RecipientParameters checked;
    if (!parse_parameters("ORCPT=" + *parameters.orcpt, offers, checked)) line += " ORCPT=" + *parameters.orcpt;
  }
  return line + "\r\n";
}

}  // namespace proxy::smtp
