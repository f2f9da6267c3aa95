#include "proxy/gateway/worker/messages.h"

#include <gtest/gtest.h>

#include "codec/property/decode.h"
#include "codec/property/dump.h"
#include "codec/property/encode.h"

namespace proxy::gateway::worker {
namespace {

using booster::crypto::Secret;
using Code = sync::LoginResult::Code;

AgentSpec spec() {
  AgentSpec made;
  made.account = *make_account("Alice@Example.org", "");
  made.imap = ServerSettings{"imap.example.org", 143, Security::StartTls, "/etc/ca.pem"};
  made.submission = ServerSettings{"smtp.example.org", 587, Security::None, ""};
  made.sent_by_server = true;
  made.authserv_id = "mx.example.org";
  made.ambiguous = Ambiguous::Ask;
  made.scan = std::chrono::seconds(17);
  made.state_dir = "/var/lib/packetboat";
  made.source_address = "192.0.2.7";
  made.credential.login = "alice@example.org";
  made.credential.authorize_as = "alice";
  made.credential.password = Secret::of_text("a\tb\r\nc\0d");
  return made;
}

std::vector<Message> every_message() {
  std::vector<Message> all;
  all.emplace_back(Assign{CallId{1}, AgentId{2}, spec()});
  all.emplace_back(Verify{CallId{3}, spec(), AgentId{4}});
  all.emplace_back(Attach{CallId{4}, AgentId{5}, DeviceSessionId{6}, "laptop", "192.0.2.1"});
  all.emplace_back(Link{AgentId{5}, DeviceSessionId{6}, {250'000}});
  all.emplace_back(Detach{AgentId{5}, DeviceSessionId{6}});
  all.emplace_back(Release{AgentId{5}});
  all.emplace_back(Outcome{CallId{4}, LoginOutcome{Code::Unreachable, "no route", "imap.example.org", 10'000'000}});
  AgentStatus status{AgentId{5}, "idle", false, {}, {}};
  all.emplace_back(status);
  status.down.items = 3;
  status.down.cpu = std::chrono::milliseconds(12);
  status.up.by.back() = 7;
  all.emplace_back(status);
  all.emplace_back(AgentEnded{AgentId{5}, LoginOutcome{Code::Refused, "password", "", 0}});
  return all;
}

TEST(WorkerMessages, EachComesBackAsItWas) {
  for (const Message& message : every_message()) {
    const auto chain = codec::property::decode(codec::property::encode(encode(message)));
    ASSERT_TRUE(chain);
    const auto back = decode_message(*chain);
    ASSERT_TRUE(back) << codec::to_string(back.error());
    EXPECT_TRUE(*back == message) << message.index();
  }
}

// CVE-2008-1218: fields are typed and carry their lengths; whatever a password holds stays the password.
TEST(WorkerMessages, APasswordWithFieldSeparatorsIsOnlyAPassword) {
  AgentSpec evil = spec();
  evil.credential.password = Secret::of_text("x\tmaster_user=root\tskip_password_check=1");
  const auto back = decode_message(encode(Message(Verify{CallId{1}, std::move(evil), {}})));
  ASSERT_TRUE(back);
  const AgentSpec& seen = std::get<Verify>(*back).spec;
  EXPECT_EQ(seen.credential.login, "alice@example.org");
  EXPECT_EQ(seen.credential.password.reveal_text(), "x\tmaster_user=root\tskip_password_check=1");
}

TEST(WorkerMessages, ANameThatIsNotCanonicalIsRefusedByTheReaderToo) {
  AgentSpec evil = spec();
  evil.account.address = "Alice@Example.org";
  EXPECT_FALSE(decode_message(encode(Message(Verify{CallId{1}, std::move(evil), {}}))));
  evil = spec();
  evil.account.address = "alice*root@example.org";
  EXPECT_FALSE(decode_message(encode(Message(Verify{CallId{1}, std::move(evil), {}}))));
}

TEST(WorkerMessages, AWorkerCannotSayWhatIsTheFronts) {
  for (const Code code : {Code::Waiting, Code::NoAgent, Code::NoService}) {
    const Message message(Outcome{CallId{1}, LoginOutcome{code, "", "", 0}});
    EXPECT_FALSE(decode_message(encode(message)));
  }
}

TEST(WorkerMessages, ADumpShowsNoPassword) {
  const std::string text = codec::property::dump(encode(Message(Verify{CallId{1}, spec(), {}})));
  EXPECT_EQ(text.find("a\tb"), std::string::npos);
}

TEST(WorkerMessages, ATicketNamesAgentDeviceSessionAndPurpose) {
  const StreamTicket ticket{AgentId{1u << 20}, DeviceSessionId{77}, sync::MailPurpose::Upload};
  const auto back = decode_ticket(encode_ticket(ticket));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, ticket);
  EXPECT_FALSE(decode_ticket({}));
}

}  // namespace
}  // namespace proxy::gateway::worker
