#include "proxy/gateway/broker/messages.h"

#include <gtest/gtest.h>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace proxy::gateway::broker {
namespace {

TEST(BrokerMessages, EachComesBackAsItWas) {
  std::vector<Message> all;
  all.emplace_back(Configure{"/state/refused.key", {{"example.org", "/etc/master"}, {"*", "/etc/other"}}});
  all.emplace_back(KnownRefusal{"alice@example.org", Bytes(32, std::byte{3}), WallTime(std::chrono::seconds(99))});
  all.emplace_back(Ask{1, "alice@example.org", "192.0.2.0/24", true, Secret::of_text("p\tq")});
  all.emplace_back(Report{2, Report::Result::Refused, true});
  all.emplace_back(Fetch{3, "alice@example.org", ""});
  all.emplace_back(Forget{"alice@example.org"});
  all.emplace_back(Answer{4, Answer::Verdict::Known, std::chrono::seconds(3600)});
  all.emplace_back(Fetched{5, true, Secret::of_text("pw")});
  all.emplace_back(Note{"trouble"});
  for (const Message& message : all) {
    const auto chain = codec::property::decode(codec::property::encode(encode(message)));
    ASSERT_TRUE(chain);
    const auto back = decode_message(*chain);
    ASSERT_TRUE(back) << codec::to_string(back.error());
    EXPECT_TRUE(*back == message) << message.index();
  }
}

// CVE-2019-3814: a proof that names nobody proves nothing.
TEST(BrokerMessages, AQuestionWithoutAnAccountIsRefused) {
  EXPECT_FALSE(decode_message(encode(Message(Ask{1, "", "192.0.2.0/24", true, Secret::of_text("p")}))));
}

}  // namespace
}  // namespace proxy::gateway::broker
