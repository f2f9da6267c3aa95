// What the sender is told when a mail could not be delivered.                                      Source: RFC 3464,
// RFC 6522
#pragma once
#include "proxy/smtp/command.h"

namespace proxy::smtp {

struct FailedRecipient {
  Path to;
  std::optional<std::string> orcpt;  // as it came
  Reply reply;                       // the server's own words
};

struct DeliveryReport {
  std::string host;                  // of this gateway: Reporting-MTA, and the domain of MAILER-DAEMON
  std::string remote_host;           // which server refused
  Path to;                           // the sender of the mail; not null: a report is never answered by a report
  std::string date;                  // RFC 5322 date-time, made by the caller, who has a clock
  std::string message_id;            // with its angles
  std::optional<std::string> envid;  // xtext, as it came
  std::string subject;               // of the mail, for the text only; may be empty
  std::vector<FailedRecipient> failed;
  std::string_view original_headers;  // the mail's header block, given back as it is (with CRLF line ends)
};

// A whole message: multipart/report with text, delivery status and headers. All lines end in CRLF, none holds a
// control.
//   Errors  Protocol: `to` is null, nobody failed
Result<std::string> write_dsn(const DeliveryReport& report);

}  // namespace proxy::smtp
