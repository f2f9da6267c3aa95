#include "proxy/smtp/dsn.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

constexpr std::size_t kMaxLine = 900;  // RFC 5322 §2.1.1 says 998; servers' words can be longer

// Text in lines, each with CRLF; other controls become "?".
std::string lines_of(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::string kept(line);
    std::ranges::replace_if(
        kept, [](char c) { return is_control(c) && c != '\t'; }, '?');
    out += kept + "\r\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// `rest` as lines of at most kMaxLine; it goes on in the next line at a space, or where it must.
std::string folded(std::string rest) {
  std::string out;
  while (rest.size() > kMaxLine) {
    std::size_t cut = rest.rfind(' ', kMaxLine);
    if (cut == rest.npos || cut < kMaxLine / 2) {
      cut = kMaxLine;
      while (cut > 1 && (static_cast<unsigned char>(rest[cut]) & 0xc0U) == 0x80) --cut;
    }
    out += rest.substr(0, cut) + "\r\n";
    rest = " " + rest.substr(rest[cut] == ' ' ? cut + 1 : cut);
  }
  return out + rest + "\r\n";
}

std::string field(std::string_view name, std::string_view value) {
  return folded(fmt::format("{}: {}", name, printable(value)));
}

std::string address_of(const Path& path) {
  return path.mailbox() ? path.mailbox()->text() : std::string();
}

// rfc822 addresses are ASCII; RFC 6533 §3 has utf-8 for the others.
std::string typed(const Path& path) {
  return (path.ascii() ? "rfc822; " : "utf-8; ") + address_of(path);
}

// "Status" is what the server said, else what its code means.                                          RFC 3464 §2.3.4
std::string status_of(const Reply& reply) {
  if (const auto enhanced = reply.enhanced()) return enhanced->text();
  return fmt::format("{}.0.0", reply.transient() ? 4 : 5);
}

std::string human_part(const DeliveryReport& report) {
  std::string text = fmt::format("Your mail could not be delivered to everybody. This is the mail system at {}.\r\n",
                                 printable(report.host));
  if (!report.subject.empty()) text += fmt::format("\r\nSubject: {}\r\n", printable(report.subject));
  for (const FailedRecipient& one : report.failed) {
    text += fmt::format("\r\n{}\r\n    {} said:\r\n", one.to.text(), printable(report.remote_host));
    for (const std::string& line : one.reply.lines)
      text += folded(fmt::format("    {} {}", one.reply.code, printable(line)));
  }
  return text;
}

std::string status_part(const DeliveryReport& report) {
  std::string out;
  if (report.envid)
    if (const auto envid = parse_xtext(*report.envid)) out += field("Original-Envelope-Id", *envid);
  out += field("Reporting-MTA", "dns; " + report.host);
  for (const FailedRecipient& one : report.failed) {
    out += "\r\n";
    if (one.orcpt) {
      const std::size_t semicolon = one.orcpt->find(';');
      const auto address =
          semicolon == std::string::npos ? std::nullopt : parse_xtext(one.orcpt->substr(semicolon + 1));
      if (address) out += field("Original-Recipient", one.orcpt->substr(0, semicolon) + "; " + *address);
    }
    out += field("Final-Recipient", typed(one.to));
    out += "Action: failed\r\n";
    out += field("Status", status_of(one.reply));
    if (!report.remote_host.empty()) out += field("Remote-MTA", "dns; " + report.remote_host);
    out += field("Diagnostic-Code", fmt::format("smtp; {} {}", one.reply.code, one.reply.words()));
  }
  return out;
}

// One that no line of the parts can be taken for.
std::string boundary_for(std::string_view parts) {
  for (unsigned number = 0;; ++number) {
    std::string boundary = fmt::format("=_report_{}", number);
    if (parts.find(boundary) == parts.npos) return boundary;
  }
}

}  // namespace

Result<std::string> write_dsn(const DeliveryReport& report) {
  if (report.to.null()) return fail(Errc::Protocol, "delivery report: nobody to tell");
  if (report.failed.empty()) return fail(Errc::Protocol, "delivery report: nobody failed");
  const std::string human = human_part(report);
  const std::string status = status_part(report);
  const std::string headers = lines_of(report.original_headers);
  const std::string boundary = boundary_for(human + status + headers);
  const bool global = !is_ascii(status);
  std::string out;
  out += field("From", fmt::format("Mail Delivery System <MAILER-DAEMON@{}>", report.host));
  out += field("To", report.to.text());
  out += "Subject: Undelivered mail\r\n";
  out += field("Date", report.date) + field("Message-ID", report.message_id);
  out += "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n";
  out += fmt::format("Content-Type: multipart/report; report-type={}delivery-status;\r\n boundary=\"{}\"\r\n\r\n",
                     global ? "global-" : "", boundary);
  out += fmt::format("--{}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
                     boundary, human);
  out += fmt::format("--{}\r\nContent-Type: message/{}delivery-status\r\n\r\n{}\r\n", boundary, global ? "global-" : "",
                     status);
  out += fmt::format("--{}\r\nContent-Type: {}\r\n\r\n{}\r\n", boundary,
                     is_ascii(headers) ? "text/rfc822-headers" : "message/global-headers", headers);
  return out + fmt::format("--{}--\r\n", boundary);
}

}  // namespace proxy::smtp
