#include "proxy/smtp/dsn.h"

#include <gtest/gtest.h>

namespace proxy::smtp {
namespace {

DeliveryReport report() {
  DeliveryReport report;
  report.host = "gateway.example";
  report.remote_host = "mx.example";
  report.to = Path(make_mailbox("ann@example.org").value());
  report.date = "Tue, 24 Nov 2026 12:00:00 +0000";
  report.message_id = "<1@gateway.example>";
  report.envid = "QQ+2B1";
  report.subject = "hello";
  report.failed.push_back({Path(make_mailbox("bob@example.net").value()), "rfc822;Bob+2Bx@example.net",
                           Reply(550, "5.1.1 No such user here")});
  report.original_headers = "Subject: hello\r\nFrom: ann@example.org\r\n";
  return report;
}

bool only_crlf(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] == '\n') != (i > 0 && text[i - 1] == '\r')) return false;
  return text.ends_with("\r\n");
}

TEST(Dsn, NamesEachRecipientWithTheServersOwnWords) {
  const std::string text = write_dsn(report()).value();
  for (const char* line :
       {"To: <ann@example.org>\r\n", "Message-ID: <1@gateway.example>\r\n", "Auto-Submitted: auto-replied\r\n",
        "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"=_report_0\"\r\n",
        "    550 5.1.1 No such user here\r\n", "Reporting-MTA: dns; gateway.example\r\n",
        "Original-Envelope-Id: QQ+1\r\n", "Original-Recipient: rfc822; Bob+x@example.net\r\n",
        "Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "Remote-MTA: dns; mx.example\r\n", "Diagnostic-Code: smtp; 550 5.1.1 No such user here\r\n",
        "Content-Type: text/rfc822-headers\r\n\r\nSubject: hello\r\nFrom: ann@example.org\r\n", "--=_report_0--\r\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
  EXPECT_TRUE(only_crlf(text));
}

TEST(Dsn, WordsThatWouldBreakItCannot) {
  DeliveryReport evil = report();
  evil.failed[0].reply.lines = {"no\r\nStatus: 2.0.0", std::string(3000, 'a'), "--=_report_0--"};
  evil.subject = "x\r\nBcc: <c@x>";
  evil.host = "g\r\nX: y";
  evil.original_headers = "Subject: a\nX: \x01\r\n--=_report_1\r\n";
  const std::string text = write_dsn(evil).value();
  EXPECT_TRUE(only_crlf(text));
  EXPECT_EQ(text.find("\r\nBcc"), std::string::npos);
  EXPECT_EQ(text.find("\r\nStatus: 2.0.0"), std::string::npos);
  EXPECT_EQ(text.find("\r\nX: y"), std::string::npos);
  EXPECT_NE(text.find("boundary=\"=_report_2\""), std::string::npos);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    EXPECT_LE(end - at, 998U);
    at = end + 2;
  }
}

TEST(Dsn, AddressesInUtf8AreGlobal) {
  DeliveryReport global = report();
  global.failed.push_back({Path(make_mailbox("b\xc3\xb6@x").value()), std::nullopt, Reply(550, "no")});
  const std::string text = write_dsn(global).value();
  EXPECT_NE(text.find("report-type=global-delivery-status"), std::string::npos);
  EXPECT_NE(text.find("Final-Recipient: utf-8; b\xc3\xb6@x\r\nAction: failed\r\nStatus: 5.0.0\r\n"), std::string::npos);
}

TEST(Dsn, AReportIsNeverAnsweredByAReport) {
  DeliveryReport null = report();
  null.to = Path();
  EXPECT_FALSE(write_dsn(null));
}

}  // namespace
}  // namespace proxy::smtp
