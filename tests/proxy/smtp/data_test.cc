#include "proxy/smtp/data.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace proxy::smtp {
namespace {

struct Read {
  std::string message;
  std::string behind;  // what stands behind the end
  bool ended = false;
  std::optional<DataFault> fault;
};

Read read(std::string_view wire, std::size_t step, std::uint64_t limit = 1000) {
  DataReader reader(limit);
  Read result;
  Bytes out;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    ByteView in = as_bytes(wire.substr(at, step));
    if (!reader.next(in, out)) continue;
    result.ended = true;
    result.behind = std::string(as_text(in)) + std::string(wire.substr(std::min(at + step, wire.size())));
    break;
  }
  result.message = std::string(as_text(out));
  result.fault = reader.fault();
  return result;
}

std::string written(std::string_view message, std::size_t step) {
  DataWriter writer;
  Bytes out;
  for (std::size_t at = 0; at < message.size(); at += step)
    if (!writer.write(as_bytes(message.substr(at, step)), out)) return "refused";
  if (!writer.finish(out)) return "refused";
  EXPECT_TRUE(writer.finished());
  EXPECT_FALSE(writer.finish(out)) << "a second end";
  return std::string(as_text(out));
}

TEST(DataReader, TakesOffDotsAndStopsAtTheEnd) {
  const std::string wire = "a\r\n..b\r\n.c\r\n\r\n...\r\n.\r\nQUIT\r\n";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    const Read got = read(wire, step);
    EXPECT_TRUE(got.ended);
    EXPECT_EQ(got.message, "a\r\n.b\r\nc\r\n\r\n..\r\n");
    EXPECT_EQ(got.behind, "QUIT\r\n");
    EXPECT_FALSE(got.fault);
  }
}

TEST(DataReader, AnEmptyMessageIsOne) {
  EXPECT_TRUE(read(".\r\n", 1).ended);
  EXPECT_EQ(read(".\r\n", 1).message, "");
}

TEST(DataReader, ReadsATooLargeMessageToItsEnd) {
  const Read got = read(std::string(50, 'a') + "\r\nb\r\n.\r\nQUIT\r\n", 7, 20);
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.fault, DataFault::TooLarge);
  EXPECT_LE(got.message.size(), 20U);
  EXPECT_EQ(got.behind, "QUIT\r\n");
}

TEST(DataWriter, AddsDotsAndOneEnd) {
  for (std::size_t step = 1; step < 12; ++step) {
    EXPECT_EQ(written(".\r\n..a\r\nb.\r\n", step), "..\r\n...a\r\nb.\r\n.\r\n");
    EXPECT_EQ(written("no end", step), "no end\r\n.\r\n");
    EXPECT_EQ(written("", step), ".\r\n");
    EXPECT_EQ(written(".", step), "..\r\n.\r\n");
  }
}

TEST(DataWriter, AfterBareOctetsNothingMoreIsWritten) {
  for (const char* bad : {"a\nb", "a\rb", "\n", "\r\r\n", "a\r", "\n.\r\n", "a\r\n\n"}) {
    EXPECT_EQ(written(bad, 1), "refused") << bad;
    EXPECT_EQ(written(bad, 10), "refused") << bad;
  }
  DataWriter writer;
  Bytes out;
  EXPECT_FALSE(writer.write(as_bytes("a\nb"), out));
  const std::size_t size = out.size();
  EXPECT_FALSE(writer.write(as_bytes("c"), out));
  EXPECT_FALSE(writer.finish(out));
  EXPECT_EQ(out.size(), size);
}

RC_GTEST_PROP(DataProperty, WhatTheWriterWritesTheReaderGivesBack, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::element('.', 'a', ' ', '\xff', '\0')));
  std::string message;
  for (const std::string& line : lines) message += line + "\r\n";
  const std::string wire = written(message, *rc::gen::inRange<std::size_t>(1, 9));
  const Read got = read(wire + "QUIT\r\n", *rc::gen::inRange<std::size_t>(1, 9), 1000000);
  RC_ASSERT(got.ended && !got.fault);
  RC_ASSERT(got.message == message);
  RC_ASSERT(got.behind == "QUIT\r\n");
}

}  // namespace
}  // namespace proxy::smtp
