#include "proxy/imap/response_reader.h"

#include <gtest/gtest.h>

#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

std::string read(std::string_view input, std::size_t piece, ResponseLimits limits) {
  ResponseReader reader(limits);
  std::string log, body;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    std::string_view in = input.substr(at, piece);
    for (;;) {
      const auto event = reader.next(in);
      if (!event) return log + "error " + event.error().what;
      if (!*event) break;
      if (const auto* response = std::get_if<Response>(&**event)) {
        write_response(log, *response);
      } else if (const auto* begin = std::get_if<BodyBegin>(&**event)) {
        log += "{" + std::to_string(begin->place.number.value) + " " +
               std::to_string(begin->place.uid ? begin->place.uid->value : 0) + " ";
        write_section(log, begin->place.section);
        log += " " + std::to_string(begin->size) + ":";
      } else if (const auto* bytes = std::get_if<BodyBytes>(&**event)) {
        log += bytes->bytes;
      } else if (std::holds_alternative<BodyEnd>(**event)) {
        log += "}";
      } else {
        log += "unreadable;";
      }
    }
    EXPECT_TRUE(in.empty());
  }
  return log;
}

std::string all_ways(std::string_view input, ResponseLimits limits = {}) {
  const std::string whole = read(input, input.size(), limits);
  for (std::size_t piece = 1; piece < std::min<std::size_t>(input.size(), 80); ++piece) {
    EXPECT_EQ(read(input, piece, limits), whole) << piece;
  }
  return whole;
}

TEST(ResponseReader, SmallBodiesComeWithTheirResponse) {
  EXPECT_EQ(all_ways("* 1 FETCH (BODY[] {3}\r\na\r\n UID 3)\r\na OK done\r\n"),
            "* 1 FETCH (UID 3 BODY[] {3}\r\na\r\n)\r\na OK done\r\n");
}

TEST(ResponseReader, LargeBodiesAreStreamed) {
  ResponseLimits limits;
  limits.stream_above = 2;
  EXPECT_EQ(all_ways("* 1 FETCH (UID 3 BODY[1.MIME]<0> {3}\r\na\r\n BODY[] {4}\r\n)\r\nx FLAGS ())\r\n* 2 EXISTS\r\n",
                     limits),
            "{1 3 [1.MIME] 3:a\r\n}{1 3 [] 4:)\r\nx}* 1 FETCH (UID 3 FLAGS () BODY[1.MIME]<0> NIL BODY[] NIL)\r\n* 2 "
            "EXISTS\r\n");
  EXPECT_EQ(all_ways("* 1 FETCH (RFC822 {3}\r\nabcUID 3)\r\n", limits),
            "{1 0 [] 3:abc}* 1 FETCH (UID 3 BODY[] NIL)\r\n");
}

TEST(ResponseReader, OnlyBodiesAreStreamed) {
  ResponseLimits limits;
  limits.stream_above = 0;
  EXPECT_EQ(all_ways("* 1 FETCH (ENVELOPE (NIL {3}\r\na\") NIL))\r\n* LIST () \"/\" {3}\r\na b\r\n", limits),
            "* 1 FETCH (ENVELOPE (NIL {3}\r\na\") NIL))\r\n* LIST () \"/\" \"a b\"\r\n");
  EXPECT_EQ(all_ways("* 1 FETCH (BODY[] {0}\r\n BODY[1] {1}\r\nx)\r\n", limits),
            "{1 0 [1] 1:x}* 1 FETCH (BODY[] \"\" BODY[1] NIL)\r\n");
}

TEST(ResponseReader, HumanTextMayLookLikeALiteral) {
  EXPECT_EQ(all_ways("* OK see {5}\r\na NO not {9}\r\n+ {3}\r\n* 1 EXISTS\r\n"),
            "* OK see {5}\r\na NO not {9}\r\n+ {3}\r\n* 1 EXISTS\r\n");
}

TEST(ResponseReader, AnUnreadableResponseIsNoReasonToStop) {
  EXPECT_EQ(all_ways("* 1 FETCH (UID x)\r\n* 2 EXISTS\r\nHTTP/1.1 400 Bad\r\n* ({3}\r\nabc\r\n* 3 EXISTS\r\n"),
            "unreadable;* 2 EXISTS\r\nunreadable;unreadable;* 3 EXISTS\r\n");
}

TEST(ResponseReader, HostileServersAreLeft) {
  ResponseLimits limits;
  limits.line = 100;
  limits.literal = 1000;
  const std::string failed = "error IMAP response: ";
  EXPECT_EQ(all_ways("* OK " + std::string(200, 'x'), limits), failed + "a line is too long");
  EXPECT_EQ(all_ways("* LIST () \"/\" {5000}\r\n", limits), failed + "a literal is too long");
  limits.stream_above = 10;
  EXPECT_EQ(all_ways("* 1 FETCH (BODY[] {5000}\r\n", limits), failed + "a body is too long");
  EXPECT_EQ(all_ways("* 1 FETCH (BODY[] {99999999999999999999}\r\n", limits), failed + "a body is too long");
}

TEST(ResponseReader, ManySmallBodiesInOneResponse) {
  ResponseLimits limits;
  limits.stream_above = 0;
  std::string text = "* 1 FETCH (UID 3";
  for (int i = 1; i <= 400; ++i) text += " X-ITEM {1}\r\nx";
  EXPECT_EQ(read(text + ")\r\n* 1 EXISTS\r\n", 1000, limits), "* 1 FETCH (UID 3)\r\n* 1 EXISTS\r\n");
}

}  // namespace
}  // namespace proxy::imap
