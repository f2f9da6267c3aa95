#include <gtest/gtest.h>

#include "booster/session/hello.h"
#include "booster/session/join.h"
#include "booster/session/resume_state.h"

namespace booster::session {
namespace {

template <std::size_t N>
std::array<std::byte, N> filled(int value) {
  std::array<std::byte, N> all;
  all.fill(static_cast<std::byte>(value));
  return all;
}

TEST(Handshake, MessagesComeBackTheSame) {
  const Hello hello{{1, 3}, 5, "packetboat 0.1.0", "laptop"};
  EXPECT_EQ(*decode_hello(encode_hello(hello)), hello);
  EXPECT_EQ(std::get<Hello>(*decode_first(encode_hello(hello))), hello);
  const Welcome welcome{2, 1, "packetboat 0.1.0", filled<16>(1), filled<32>(2)};
  EXPECT_EQ(std::get<Welcome>(*decode_hello_reply(encode_welcome(welcome))), welcome);
  const Refusal refusal{Refusal::Code::Busy, "try later"};
  EXPECT_EQ(std::get<Refusal>(*decode_hello_reply(encode_refusal(refusal))), refusal);
  EXPECT_EQ(std::get<Refusal>(*decode_join_reply(encode_refusal(refusal))), refusal);
  const Join join{filled<16>(3), 7, filled<32>(4), codec::to_bytes("state"), false};
  EXPECT_EQ(*decode_join(encode_join(join)), join);
  const Join beside{filled<16>(3), 8, filled<32>(4), {}, true};
  EXPECT_EQ(*decode_join(encode_join(beside)), beside);
  EXPECT_EQ(std::get<Join>(*decode_first(encode_join(join))), join);
  const Joined joined{filled<32>(5), codec::to_bytes("state")};
  EXPECT_EQ(std::get<Joined>(*decode_join_reply(encode_joined(joined))), joined);
}

TEST(Handshake, CutOrOfAnotherKindItIsRefused) {
  const Bytes join = encode_join({filled<16>(3), 7, filled<32>(4), codec::to_bytes("state"), false});
  for (std::size_t cut = 0; cut < join.size(); ++cut) EXPECT_FALSE(decode_join(ByteView(join).first(cut))) << cut;
  EXPECT_FALSE(decode_hello(join));
  EXPECT_FALSE(decode_first(encode_welcome({})));
  EXPECT_FALSE(decode_hello_reply(encode_hello({})));
  EXPECT_FALSE(decode_hello(encode_hello({{3, 2}, 0, "a", "b"})));
  EXPECT_EQ(decode_hello(encode_hello({{1, 1}, 0, std::string(kMaxAgent + 1, 'a'), ""})).error().code, Errc::Limit);
}

TEST(Handshake, ALargeResumeStateFits) {
  ResumeState state;
  state.seen = 1024;
  for (std::uint64_t id = 0; id < 2048; ++id) state.live.push_back({{id}, kMaxOffset, true});
  const Bytes bytes = encode_resume_state(state);
  EXPECT_LE(bytes.size(), kMaxResumeState);
  EXPECT_EQ(*decode_resume_state(bytes), state);
  const Join join{{}, 1, {}, bytes, false};
  const Bytes message = wrap_handshake(encode_join(join));
  const auto whole = unwrap_handshake(message, kMaxJoin);
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->second, message.size());
  EXPECT_EQ(*decode_join((*whole)->first), join);
}

TEST(Handshake, ResumeStatesComeBackTheSame) {
  const ResumeState state{9, 6, {0, 1, 4}, {{{0}, 17, true}, {{3}, 0, false}, {{4}, 500, true}}};
  const Bytes bytes = encode_resume_state(state);
  EXPECT_EQ(*decode_resume_state(bytes), state);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(decode_resume_state(ByteView(bytes).first(cut)));
  EXPECT_FALSE(decode_resume_state(encode_resume_state({9, 2, {2}, {}})));
}

TEST(Handshake, AMessageIsWaitedForAndItsLengthBounded) {
  const Bytes message = wrap_handshake(encode_hello({}));
  for (std::size_t cut = 0; cut < message.size(); ++cut) {
    const auto part = unwrap_handshake(ByteView(message).first(cut), kMaxHandshake);
    ASSERT_TRUE(part.has_value());
    EXPECT_FALSE(part->has_value());
  }
  EXPECT_EQ(unwrap_handshake(as_bytes("\x81\x80\x01"), kMaxHandshake).error().code, Errc::Limit);
  EXPECT_FALSE(unwrap_handshake(as_bytes("GET / HTTP/1.1\r\n\r\n"), 16));
}

TEST(Handshake, TheHighestCommonVersionIsTaken) {
  const auto agreed = negotiate({1, 3}, 0b0110, {2, 5}, 0b0011);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->version, 3u);
  EXPECT_EQ(agreed->features, 0b0010u);
  EXPECT_EQ(negotiate({1, 1}, 0, {2, 5}, 0).error().code, Errc::Unsupported);
  EXPECT_EQ(negotiate({4, 5}, 0, {1, 3}, 0).error().code, Errc::Unsupported);
}

TEST(Handshake, TheMacIsOverRoleNumberAndExporter) {
  const Bytes input = join_mac_input(Role::Client, 258, filled<32>(0xab));
  EXPECT_EQ(codec::to_hex(input),
            "6a6f696e"
            "00"
            "0000000000000102"
            "abababababababababababababababababababababababababababababababab");
  EXPECT_NE(input, join_mac_input(Role::Gateway, 258, filled<32>(0xab)));
}

TEST(Handshake, ARefusalSaysWhatToDo) {
  EXPECT_EQ(to_error({Refusal::Code::UnknownSession, ""}).code, Errc::NotFound);
  EXPECT_EQ(to_error({Refusal::Code::Busy, ""}).code, Errc::Full);
  EXPECT_EQ(to_error({Refusal::Code::Denied, "revoked"}).what, "denied: revoked");
  EXPECT_EQ(to_error({Refusal::Code::Version, ""}).code, Errc::Unsupported);
}

}  // namespace
}  // namespace booster::session
