// agent_probe HOST PORT USER PASSWORD [SECONDS [COMMAND]]: an agent before a real mail server (plain IMAP on loopback)
// and one device. Prints what a client would have: folders, messages, overviews, bodies; then what changes for SECONDS,
// then the same from a second agent to which the device brings its vectors, after COMMAND. Exit 1 when client and agent
// disagree anywhere.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "booster/crypto/digest.h"
#include "booster/net/memory_stream.h"
#include "booster/runtime/timer.h"
#include "codec/content/wrapper.h"
#include "proxy/gateway/agent/agent.h"
#include "proxy/sync/items.h"
#include "tests/support/device_model.h"

namespace {

namespace agent = proxy::gateway::agent;
namespace connector = proxy::gateway::connector;
namespace net = booster::net;
namespace runtime = booster::runtime;
namespace sync = proxy::sync;
using proxy::Errc;
using proxy::Result;
using proxy::messaging::MessageStream;
using runtime::Task;

struct Arguments {
  connector::Server server;
  std::string user, password;
  int seconds = 0;
  std::string between;
};

struct Device {
  support::DeviceModel& model;
  std::unique_ptr<MessageStream> feed;
  runtime::Notify changed;
};

Task<Result<>> read_feed(Device& device) {
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await device.feed->receive());
    CO_TRY_ASSIGN(const sync::FeedMessage message, sync::decode_feed(chain));
    if (const auto* notice = std::get_if<sync::Notice>(&message)) std::printf("notice: %s\n", notice->text.c_str());
    if (std::optional<sync::UpMessage> answer = device.model.apply(message)) {
      const codec::property::Chain up = sync::encode(*answer);
      CO_TRY(co_await device.feed->send(up));
    }
    device.changed.notify_all();
  }
}

bool overviews_whole(const support::DeviceModel& model) {
  for (const auto& [number, mailbox] : model.mailboxes)
    if (mailbox.synced && model.vector_of(mailbox).overview_below.value != 0) return false;
  return true;
}

void print(const support::DeviceModel& model) {
  for (const auto& [number, mailbox] : model.mailboxes)
    std::printf("  %-24s validity %u next %u modseq %llu messages %zu overviews %zu%s\n", mailbox.name.c_str(),
                mailbox.uid_validity.value, mailbox.uid_next.value,
                static_cast<unsigned long long>(mailbox.mod_seq.value), mailbox.messages.size(),
                mailbox.overviews.size(), mailbox.synced ? "" : " (not synced)");
  std::printf("  %zu messages: %zu skeletons, %zu flag changes, %zu vanished, %zu rematched, %zu questions\n",
              model.messages, model.skeletons, model.flag_changes, model.vanished, model.rematched, model.asked);
  for (const std::string& complaint : model.complaints) std::printf("  COMPLAINT %s\n", complaint.c_str());
}

Task<Result<>> wait_confirmed(Device& device, std::uint64_t token) {
  while (device.model.confirmed.count(token) == 0) CO_TRY(co_await device.changed.wait());
  co_return Result<>();
}

// All bodies of INBOX, newest first; each must have the digest that its end states.
Task<Result<std::size_t>> fetch_bodies(agent::Agent& user, runtime::Loop& loop, support::DeviceModel& model) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  user.give_stream(agent::DeviceSessionId{1}, sync::MailPurpose::Bodies, std::move(pair.server));
  MessageStream stream(std::move(pair.client));
  const support::DeviceModel::Mailbox* inbox = model.find("INBOX");
  if (inbox == nullptr || inbox->messages.empty()) co_return std::size_t{0};
  sync::WantItems want;
  want.mailbox = "INBOX";
  want.uid_validity = inbox->uid_validity;
  for (auto one = inbox->messages.rbegin(); one != inbox->messages.rend() && want.uids.size() < 500; ++one)
    want.uids.push_back(sync::ServerUid{one->first});
  const std::size_t wanted = want.uids.size();
  const codec::property::Chain up = sync::encode(sync::ItemMessage(std::move(want)));
  CO_TRY(co_await stream.send(up));
  std::size_t done = 0, octets = 0;
  std::uint32_t uid = 0;
  booster::crypto::Sha256 digest;
  codec::content::Wrapper wrapper;
  while (done < wanted) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
    CO_TRY_ASSIGN(const sync::ItemMessage message, sync::decode_item(chain));
    if (const auto* start = std::get_if<sync::ItemStart>(&message)) {
      digest = booster::crypto::Sha256();
      wrapper = {};
      octets = 0;
      uid = start->uid.value;
    } else if (const auto* block = std::get_if<sync::ItemBlock>(&message)) {
      CO_TRY_ASSIGN(const codec::Bytes written, wrapper.wrap(block->block));
      digest.update(written);
      octets += written.size();
    } else if (const auto* end = std::get_if<sync::ItemEnd>(&message)) {
      if (end->digest != proxy::sync::front_of(digest.digest().bytes))
        co_return proxy::fail(Errc::Corrupt, "a body's digest");
      const auto entry = inbox->messages.find(uid);
      if (entry != inbox->messages.end() && entry->second.size != octets)
        std::printf("  uid %u: size stated %u, is %zu\n", uid, entry->second.size, octets);
      ++done;
    } else if (const auto* failed = std::get_if<sync::ItemFailed>(&message)) {
      std::printf("  uid %u failed: %s\n", failed->uid.value, failed->text.c_str());
      ++done;
    }
  }
  co_return done;
}

Task<Result<>> first_device(agent::Agent& user, runtime::Loop& loop, support::DeviceModel& model, int seconds) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  user.attach(agent::DeviceSessionId{1});
  user.give_stream(agent::DeviceSessionId{1}, sync::MailPurpose::Sync, std::move(pair.server));
  Device device{model, std::make_unique<MessageStream>(std::move(pair.client)), {}};
  const auto on_error = [](const std::string&, const codec::Error& error) {
    std::printf("feed ended: %s\n", codec::to_string(error).c_str());
  };
  runtime::TaskScope tasks(loop, co_await runtime::current_cancel(), on_error);
  tasks.spawn("feed", read_feed(device));
  const auto began = loop.now();
  const codec::property::Chain up = sync::encode(sync::UpMessage(model.vectors()));
  Result<> done = co_await device.feed->send(up);
  if (done) done = co_await runtime::with_timeout(std::chrono::seconds(120), wait_confirmed(device, 0));
  const auto confirmed = loop.now();
  while (done && !overviews_whole(model)) {
    done = co_await runtime::with_timeout(std::chrono::seconds(120), runtime::wait_for(device.changed));
  }
  std::printf("confirmed after %.3f s, overviews after %.3f s\n",
              std::chrono::duration<double>(confirmed - began).count(),
              std::chrono::duration<double>(loop.now() - began).count());
  print(model);
  if (done) {
    auto bodies = co_await fetch_bodies(user, loop, model);
    if (bodies) {
      std::printf("%zu bodies\n", *bodies);
    } else {
      done = tl::unexpected(bodies.error());
    }
  }
  std::fflush(stdout);
  if (done && seconds > 0) {
    (void)co_await runtime::sleep_for(std::chrono::seconds(seconds));
    const sync::Refresh refresh{7};
    const codec::property::Chain ask = sync::encode(sync::UpMessage(refresh));
    const auto asked = loop.now();
    done = co_await device.feed->send(ask);
    if (done) done = co_await runtime::with_timeout(std::chrono::seconds(60), wait_confirmed(device, 7));
    std::printf("refresh confirmed after %.3f s\n", std::chrono::duration<double>(loop.now() - asked).count());
    print(model);
  }
  tasks.cancel();
  co_await tasks.join();
  const agent::DeviceSessionId leaving{1};
  co_await user.detach(leaving);
  co_return done;
}

Task<Result<>> probe(runtime::Loop& loop, const Arguments& arguments) {
  agent::ServerDialer dialer(arguments.server);
  agent::AgentSettings settings;
  settings.poll_inbox = std::chrono::seconds(1);
  agent::Agent user(loop, co_await runtime::current_cancel(), dialer, nullptr, settings);
  connector::Login login{arguments.user, "", booster::crypto::Secret::of_text(arguments.password)};
  Result<> done = co_await user.start(std::move(login));
  support::DeviceModel model;
  if (done) done = co_await first_device(user, loop, model, arguments.seconds);
  co_await user.logoff();
  if (!done) co_return done;
  // The next day: another agent, the device with its vectors.
  if (!arguments.between.empty() && std::system(arguments.between.c_str()) != 0) std::printf("the command failed\n");
  std::printf("again, with vectors\n");
  model.confirmed.clear();
  model.messages = model.skeletons = 0;
  agent::Agent second(loop, co_await runtime::current_cancel(), dialer, nullptr, settings);
  connector::Login again{arguments.user, "", booster::crypto::Secret::of_text(arguments.password)};
  done = co_await second.start(std::move(again));
  if (done) done = co_await first_device(second, loop, model, 0);
  co_await second.logoff();
  if (done && !model.complaints.empty()) done = proxy::fail(Errc::Corrupt, "client and agent disagree");
  co_return done;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: agent_probe HOST PORT USER PASSWORD [SECONDS]\n");
    return 2;
  }
  Arguments arguments;
  arguments.server.host = argv[1];
  arguments.server.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  arguments.server.security = connector::Security::Plain;
  arguments.user = argv[3];
  arguments.password = argv[4];
  if (argc > 5) arguments.seconds = std::atoi(argv[5]);
  if (argc > 6) arguments.between = argv[6];
  runtime::Loop loop;
  const Result<> done = loop.run(probe(loop, arguments));
  if (!done) std::printf("failed: %s\n", codec::to_string(done.error()).c_str());
  return done ? 0 : 1;
}
