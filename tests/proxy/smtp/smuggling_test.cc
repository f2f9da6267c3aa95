// End-of-data smuggling: an attacker writes an end that one program sees and another does not, and behind it a second
// mail. Whatever stands in the table: exactly one message comes out or none, and no bare CR or LF with it, in both
// directions.
#include <gtest/gtest.h>

#include "proxy/smtp/client.h"
#include "proxy/smtp/server.h"

namespace proxy::smtp {
namespace {

using namespace std::string_view_literals;  // NOLINT

// What is put between the first mail's text and the smuggled commands.
constexpr std::string_view kFalseEnds[] = {"\n.\n"sv,
                                           "\n.\r\n"sv,
                                           "\r\n.\n"sv,
                                           "\r.\r"sv,
                                           "\r.\r\n"sv,
                                           "\r\n.\r"sv,
                                           "\n.\r"sv,
                                           "\r.\n"sv,
                                           "\n\n.\n\n"sv,
                                           "\r\r.\r\r"sv,
                                           "\r\n\n.\r\n"sv,
                                           "\r\n.\r\r\n"sv,
                                           "\r\r\n.\r\n"sv,
                                           "\n\r.\n\r"sv,
                                           "\n\r\n.\n\r\n"sv,
                                           "\r\n\0.\r\n"sv,
                                           "\r\n.\0\r\n"sv,
                                           "\r\n.\r\0\n"sv,
                                           "\r\0\n.\r\n"sv,
                                           "\r\n. \r\n"sv,
                                           "\r\n.\t\r\n"sv,
                                           "\r\n..\r\n"sv,
                                           "\x85.\x85"sv,
                                           "\xe2\x80\xa8.\xe2\x80\xa8"sv,
                                           "\v.\v"sv,
                                           "\f.\f"sv,
                                           "\r\n.\r\n\0"sv.substr(0, 4),
                                           "\n..\r\n"sv,
                                           "\r\n.\n\r\n"sv,
                                           "\r\n\r.\r\n"sv,
                                           "\x8d\x8a.\x8d\x8a"sv,
                                           "\r\n\x8a.\r\n"sv};
static_assert(std::size(kFalseEnds) >= 24);

constexpr std::string_view kSmuggled =
    "MAIL FROM:<evil@x>\r\nRCPT TO:<victim@x>\r\nDATA\r\nSubject: forged\r\n\r\nforged";

bool has_bare(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return true;
  }
  return false;
}

struct Outcome {
  int accepted = 0;
  int refused = 0;
  int senders = 0;
  std::string message;
};

// A logged-in program that sends one mail, in pieces of `step`.
Outcome submit(std::string_view data, std::size_t step) {
  ServerOptions options;
  options.host = "x";
  options.login_needs_tls = false;
  options.offers.auth = {"PLAIN"};
  options.offers.pipelining = true;
  Server server(options);
  Outcome outcome;
  const auto feed = [&](std::string_view octets) {
    ByteView in = as_bytes(octets);
    for (;;) {
      auto event = server.next_event(in);
      if (!event) return false;
      if (!*event) return true;
      if (std::holds_alternative<MailFrom>(**event)) ++outcome.senders;
      if (auto* piece = std::get_if<DataPiece>(&**event)) outcome.message += as_text(piece->octets);
      if (std::holds_alternative<DataEnd>(**event)) ++outcome.accepted;
      if (std::holds_alternative<DataRefused>(**event)) ++outcome.refused;
      if (server.answer_due()) server.accept();
    }
  };
  for (const std::string_view line :
       {"EHLO a\r\n"sv, "AUTH PLAIN AGEAYg==\r\n"sv, "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n"sv, "DATA\r\n"sv})
    EXPECT_TRUE(feed(line));
  for (std::size_t at = 0; at < data.size(); at += step)
    if (!feed(data.substr(at, step))) break;
  return outcome;
}

TEST(Smuggling, TowardsUsExactlyOneMessageOrNone) {
  for (const std::string_view end : kFalseEnds) {
    const std::string data = "Subject: one\r\n\r\ntext" + std::string(end) + std::string(kSmuggled) + "\r\n.\r\n";
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, data.size()}) {
      const Outcome outcome = submit(data, step);
      const std::string shown = codec::to_hex(as_bytes(end));
      EXPECT_EQ(outcome.senders, 1) << shown;
      EXPECT_EQ(outcome.accepted + outcome.refused, 1) << shown;
      EXPECT_EQ(outcome.refused, has_bare(data) ? 1 : 0) << shown;
      if (outcome.accepted == 1) {
        EXPECT_FALSE(has_bare(outcome.message)) << shown;
        EXPECT_NE(outcome.message.find("forged"), std::string::npos) << shown << ": part of the one message";
      }
    }
  }
}

// How a server that takes only CRLF.CRLF sees the wire; and one that takes any of the false ends.
std::size_t ends_in(std::string_view wire, std::string_view end) {
  std::size_t count = 0;
  for (std::size_t at = wire.find(end); at != wire.npos; at = wire.find(end, at + 1)) ++count;
  return count;
}

TEST(Smuggling, FromUsOneEndAndNothingBare) {
  for (const std::string_view end : kFalseEnds) {
    const std::string message = "Subject: one\r\n\r\ntext" + std::string(end) + std::string(kSmuggled) + "\r\n";
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, message.size()}) {
      DataWriter writer;
      Bytes out;
      bool fine = true;
      for (std::size_t at = 0; at < message.size() && fine; at += step)
        fine = writer.write(as_bytes(std::string_view(message).substr(at, step)), out).has_value();
      fine = fine && writer.finish(out).has_value();
      const std::string_view wire = as_text(out);
      const std::string shown = codec::to_hex(as_bytes(end));
      EXPECT_EQ(fine, !has_bare(message)) << shown;
      EXPECT_FALSE(has_bare(wire)) << shown;
      EXPECT_EQ(ends_in(wire, "\r\n.\r\n"), fine ? 1U : 0U) << shown;
      for (const std::string_view lax : {"\n.\n"sv, "\r.\r"sv, "\r\n.\n"sv, "\n.\r\n"sv})
        EXPECT_EQ(ends_in(wire, lax), fine && wire.ends_with(lax) ? 1U : 0U) << shown;
    }
  }
}

TEST(Smuggling, WhatPassedUsOncePassesOutAsOne) {
  for (const std::string_view end : kFalseEnds) {
    const std::string data = "text" + std::string(end) + std::string(kSmuggled) + "\r\n.\r\n";
    const Outcome outcome = submit(data, 5);
    if (outcome.accepted == 0) continue;
    DataWriter writer;
    Bytes out;
    ASSERT_TRUE(writer.write(as_bytes(outcome.message), out));
    ASSERT_TRUE(writer.finish(out));
    EXPECT_EQ(ends_in(as_text(out), "\r\n.\r\n"), 1U) << codec::to_hex(as_bytes(end));
  }
}

}  // namespace
}  // namespace proxy::smtp
