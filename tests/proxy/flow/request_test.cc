#include "proxy/flow/request.h"

#include <gtest/gtest.h>

namespace proxy::flow {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

struct Outcome {
  std::optional<Target> target;
  Bytes answers;
  std::string rest;
};

// Feeds `in` in pieces of `piece` bytes until the target is known.
Result<Outcome> feed(ByteView in, std::size_t piece) {
  RequestParser parser;
  Outcome outcome;
  Bytes pending;
  while (!in.empty() || !pending.empty()) {
    const std::size_t size = std::min(piece, in.size());
    pending.insert(pending.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(size));
    in = in.subspan(size);
    for (;;) {
      auto step = parser.on_bytes(pending);
      if (!step) return tl::unexpected(step.error());
      outcome.answers.insert(outcome.answers.end(), step->answer.begin(), step->answer.end());
      pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(step->used));
      if (step->target) {
        outcome.target = step->target;
        outcome.rest = codec::to_string(pending) + codec::to_string(in);
        return outcome;
      }
      if (step->used == 0) break;
    }
    if (in.empty()) break;
  }
  return outcome;
}

TEST(SocksRequest, NamesAndAddressesArriveWholeOrByteByByte) {
  Bytes name = bytes_of({5, 1, 0, 5, 1, 0, 3, 9});
  for (const char c : std::string("mail.test")) name.push_back(static_cast<std::byte>(c));
  for (const int b : {0, 143, int{'h'}, int{'i'}}) name.push_back(static_cast<std::byte>(b));
  const Bytes four = bytes_of({5, 2, 2, 0, 5, 1, 0, 1, 192, 0, 2, 7, 1, 187});
  const Bytes six = bytes_of({5, 1, 0, 5, 1, 0, 4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 25});
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    const auto by_name = feed(name, piece);
    ASSERT_TRUE(by_name && by_name->target);
    EXPECT_EQ(by_name->target->to_string(), "mail.test:143");
    EXPECT_EQ(by_name->rest, "hi");
    EXPECT_EQ(by_name->answers, bytes_of({5, 0}));
    EXPECT_EQ(feed(four, piece)->target->to_string(), "192.0.2.7:443");
    EXPECT_EQ(feed(six, piece)->target->to_string(), "[2001:0db8:0000:0000:0000:0000:0000:0001]:25");
  }
}

TEST(SocksRequest, OtherCommandsAndMethodsAreRefusedInTheProtocolsWords) {
  RequestParser bind;
  ASSERT_TRUE(bind.on_bytes(bytes_of({5, 1, 0})));
  const auto refused = bind.on_bytes(bytes_of({5, 2, 0, 1, 1, 2, 3, 4, 0, 80}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Unsupported);
  EXPECT_EQ(bind.error_answer()[1], std::byte{7});
  RequestParser method;
  EXPECT_FALSE(method.on_bytes(bytes_of({5, 1, 2})));
  EXPECT_EQ(method.error_answer(), bytes_of({5, 0xff}));
}

TEST(ConnectRequest, TakesTheTargetAndLeavesTheFlowsFirstBytes) {
  const std::string text = "CONNECT mail.test:993 HTTP/1.1\r\nHost: mail.test:993\r\n\r\nhello";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    const auto outcome = feed(as_bytes(text), piece);
    ASSERT_TRUE(outcome && outcome->target);
    EXPECT_EQ(outcome->target->to_string(), "mail.test:993");
    EXPECT_EQ(outcome->rest, "hello");
  }
  EXPECT_EQ(feed(as_bytes("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n"), 100)->target->host, "2001:db8::1");
}

TEST(ConnectRequest, OtherProtocolsAndFloodsAreRefused) {
  for (const std::string text :
       {"GET / HTTP/1.1\r\n\r\n", "EHLO me\r\n", "\x04\x01", "CONNECT a b c\r\n\r\n", "CONNECT x:0 HTTP/1.1\r\n\r\n"})
    EXPECT_FALSE(feed(as_bytes(text), 100)) << text;
  EXPECT_EQ(feed(as_bytes("CONNECT a:1 HTTP/1.1\r\n" + std::string(9000, 'x')), 10'000).error().code, Errc::Limit);
}

TEST(Answers, MapErrorsToTheProtocolsCodes) {
  EXPECT_EQ(failure_answer(Kind::Socks5, Error(Errc::Denied))[1], std::byte{2});
  EXPECT_EQ(failure_answer(Kind::Socks5, Error(Errc::Unreachable))[1], std::byte{5});
  EXPECT_TRUE(as_text(failure_answer(Kind::Connect, Error(Errc::Denied, "no"))).starts_with("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace proxy::flow
