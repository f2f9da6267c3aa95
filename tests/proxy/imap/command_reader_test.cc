#include "proxy/imap/command_reader.h"

#include <gtest/gtest.h>

#include <functional>

namespace proxy::imap {
namespace {

struct Told {
  std::string log;
  std::size_t most = 0;  // of the budget
};

// What a face would see, as text. AUTHENTICATE and IDLE are followed by a line; APPEND is accepted unless `refuse`.
Told read(std::string_view input, std::size_t piece, CommandLimits limits, bool refuse = false) {
  ByteBudget budget(1 << 20);
  CommandReader reader(budget, limits);
  Told told;
  std::string appended;
  const auto on = [&](const CommandEvent& event) {
    std::string& log = told.log;
    if (const auto* command = std::get_if<Command>(&event)) {
      log += std::string(verb(*command)) + ";";
      if (verb(*command) == "IDLE" || verb(*command) == "AUTHENTICATE") reader.expect_line();
    } else if (std::holds_alternative<ContinueLiteral>(event)) {
      log += "+;";
    } else if (const auto* begin = std::get_if<AppendBegin>(&event)) {
      log += "append " + begin->append.mailbox.utf8() + " " + std::to_string(begin->append.size) + ";";
      refuse ? reader.refuse_append() : reader.accept_append();
    } else if (const auto* bytes = std::get_if<AppendBytes>(&event)) {
      appended += bytes->bytes;
    } else if (std::holds_alternative<AppendEnd>(event)) {
      log += "<" + appended + ">;";
      appended.clear();
    } else if (const auto* line = std::get_if<Line>(&event)) {
      log += "line " + line->text + ";";
    } else if (const auto* bad = std::get_if<BadCommand>(&event)) {
      log += (bad->tag ? bad->tag->text() : "*") + " BAD " + bad->text.text() + ";";
    } else {
      log += "drop " + std::get<Drop>(event).reason.text() + ";";
    }
  };
  for (std::size_t at = 0; at < input.size(); at += piece) {
    std::string_view in = input.substr(at, piece);
    while (auto event = reader.next(in)) {
      on(*event);
      told.most = std::max(told.most, budget.used());
    }
    told.most = std::max(told.most, budget.used());
    EXPECT_TRUE(in.empty());
  }
  return told;
}

std::string read_all_ways(std::string_view input, CommandLimits limits = limits_after_login(), bool refuse = false) {
  const std::string whole = read(input, input.size(), limits, refuse).log;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    EXPECT_EQ(read(input, piece, limits, refuse).log, whole);
  }
  return whole;
}

TEST(CommandReader, CommandsAndLiterals) {
  EXPECT_EQ(read_all_ways("a NOOP\r\nb LOGIN {5}\r\nSMITH {3}\r\na\r\n\r\nc LOGIN {2+}\r\n{} \"x{3}\"\r\n"),
            "NOOP;+;+;LOGIN;LOGIN;");
  EXPECT_EQ(read_all_ways("a NOOP\n\r\n\nb SELECT {0}\r\n\r\n"), "NOOP;+;b BAD SELECT: mailbox name: empty;");
}

TEST(CommandReader, AppendIsStreamed) {
  EXPECT_EQ(read_all_ways("a APPEND INBOX (\\Seen) {5}\r\nhel\r\n\r\nb NOOP\r\n"), "append INBOX 5;<hel\r\n>;NOOP;");
  EXPECT_EQ(read_all_ways("a APPEND {5}\r\nINBOX {3+}\r\nabc\r\n"), "+;append INBOX 3;<abc>;");
  EXPECT_EQ(read_all_ways("a APPEND x {0}\r\n\r\nb NOOP\r\n"), "append x 0;<>;NOOP;");
  EXPECT_EQ(read_all_ways("a append x {3}\r\nabc {3+}\r\nxyz\r\nb NOOP\r\n"),
            "append x 3;a BAD APPEND: one message at a time;NOOP;");
  EXPECT_EQ(read_all_ways("a append x {3}\r\nabcd\r\nb NOOP\r\n"),
            "append x 3;a BAD APPEND: expected the end of the line after the message;NOOP;");
}

TEST(CommandReader, ARefusedAppendKeepsStep) {
  EXPECT_EQ(read_all_ways("a APPEND x {5}\r\nb NOOP\r\n", limits_after_login(), true), "append x 5;NOOP;");
  EXPECT_EQ(read_all_ways("a APPEND x {8+}\r\nz NOOP\r\n\r\nb NOOP\r\n", limits_after_login(), true),
            "append x 8;NOOP;");
  EXPECT_EQ(read_all_ways("a APPEND x (\\Recent) {8+}\r\nz NOOP\r\n\r\nb NOOP\r\n"),
            "a BAD APPEND: \\Recent cannot be set;NOOP;");
  EXPECT_EQ(read_all_ways("a APPEND x {9999}\r\nb NOOP\r\n", limits_after_login(100)),
            "a BAD APPEND: the message is too long;NOOP;");
}

TEST(CommandReader, LinesThatAreNoCommands) {
  EXPECT_EQ(read_all_ways("a IDLE\r\nDONE\r\nb NOOP\r\nc AUTHENTICATE PLAIN\r\nAGEAYg=={3}\r\nd NOOP\r\n"),
            "IDLE;line DONE;NOOP;AUTHENTICATE;line AGEAYg=={3};NOOP;");
}

TEST(CommandReader, TooLongIsBadAndInStepAgain) {
  const std::string x(70000, 'x');
  EXPECT_EQ(read_all_ways("a NOOP " + x + "\r\nb NOOP\r\n"), "a BAD a line is too long;NOOP;");
  EXPECT_EQ(read_all_ways("a NOOP " + x + " {7+}\r\nc NOOP\n\r\nb NOOP\r\n"), "a BAD a line is too long;NOOP;");
  EXPECT_EQ(read_all_ways("a NOOP " + x + " {7}\r\nb NOOP\r\n"), "a BAD a line is too long;NOOP;");
  EXPECT_EQ(read_all_ways("a LOGIN {70000}\r\nb NOOP\r\n"), "a BAD a literal is too long;NOOP;");
  EXPECT_EQ(read_all_ways("a LOGIN {5000+}\r\n" + std::string(5000, '\n') + " x\r\nb NOOP\r\n"),
            "a BAD a literal is too long;NOOP;");
  EXPECT_EQ(read_all_ways("a LOGIN {99999999999999999999+}\r\nb NOOP\r\n"), "drop a literal is too long;");
  EXPECT_EQ(read_all_ways("a " + std::string(2 << 20, 'x')),
            "a BAD a line is too long;drop too much that is no command;");
}

TEST(CommandReader, StrangersAreDropped) {
  const auto limits = limits_before_login();
  EXPECT_EQ(read_all_ways("GET / HTTP/1.1\r\nHost: x\r\n\r\na NOOP\r\n", limits), "drop this is no HTTP server;");
  EXPECT_EQ(read_all_ways("a NOOP\r\nPOST /x HTTP/1.1\r\n", limits), "NOOP;drop this is no HTTP server;");
  EXPECT_EQ(read_all_ways(std::string_view("\x16\x03\x01\x02\x00", 5), limits), "drop this is no IMAP;");
  EXPECT_EQ(read_all_ways("a NOOP " + std::string(9000, 'x') + "\r\nb NOOP\r\n", limits), "drop a line is too long;");
  EXPECT_EQ(read_all_ways("a LOGIN {4097}\r\nb NOOP\r\n", limits), "a BAD a literal is too long;NOOP;");
}

TEST(CommandReader, AFloodOfParenthesesStaysSmall) {
  const auto limits = limits_before_login();
  EXPECT_EQ(read("a NOOP " + std::string(8000, '(') + "\r\n", 100, limits).log,
            "a BAD NOOP: expected the end of the line at octet 7;");
  EXPECT_LE(read("a NOOP " + std::string(1 << 20, '('), 1000, limits).most, kCommandBeforeLogin);
  EXPECT_EQ(read_all_ways("a ID ((\r\n", limits), "a BAD ID: expected a field's name at octet 7;");
  EXPECT_LE(read("a LOGIN {4096}\r\n" + std::string(4096, 'x') + " {4096}\r\n" + std::string(4096, 'y') + " {4096}\r\n",
                 100, limits)
                .most,
            kCommandBeforeLogin);
}

TEST(CommandReader, PipelinedGarbageIsBadLineByLine) {
  std::string garbage;
  for (int i = 0; i < 1000; ++i) garbage += "\x80\xff(({{}}\r\n";
  const Told told = read(garbage, 313, limits_after_login());
  EXPECT_EQ(told.log.size() % 1000, 0u);
  EXPECT_LE(told.most, 1000u);
  EXPECT_EQ(read_all_ways(std::string_view("a NOOP\0\r\nb NO\rOP\r\nc NOOP\r\n", 26)),
            "a BAD a bare CR or NUL;b BAD a bare CR or NUL;NOOP;");
}

TEST(CommandReader, GivesItsBudgetBack) {
  ByteBudget budget(100);
  {
    CommandReader reader(budget, limits_after_login());
    std::string_view in = "a NOOP\r\nb LOGIN {50}\r\n";
    EXPECT_TRUE(std::holds_alternative<Command>(*reader.next(in)));
    EXPECT_EQ(budget.used(), 0u);
    EXPECT_TRUE(std::holds_alternative<ContinueLiteral>(*reader.next(in)));
    EXPECT_EQ(budget.used(), 64u);
    EXPECT_FALSE(reader.between_commands());
  }
  EXPECT_EQ(budget.used(), 0u);
  CommandReader reader(budget, limits_after_login());
  std::string_view in = "b LOGIN {90}\r\n";
  EXPECT_TRUE(std::holds_alternative<BadCommand>(*reader.next(in)));
}

TEST(CommandReader, WhatFollowsStartTlsIsLeftToTheCaller) {
  ByteBudget budget(1000);
  CommandReader reader(budget);
  std::string_view in = "a STARTTLS\r\nb NOOP\r\n";
  EXPECT_EQ(verb(std::get<Command>(*reader.next(in))), "STARTTLS");
  EXPECT_EQ(in, "b NOOP\r\n");
}

}  // namespace
}  // namespace proxy::imap
