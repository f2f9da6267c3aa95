#include "proxy/gateway/connector/imap_connection.h"

#include "booster/runtime/timer.h"
#include "tests/support/coro_test.h"
#include "tests/support/fake_imap.h"

namespace proxy::gateway::connector {
namespace {

using support::ImapStep;
using Script = std::vector<ImapStep>;

const std::string kAll = "IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+ IDLE MOVE UIDPLUS ENABLE CONDSTORE QRESYNC ESEARCH";

Script logged_in(const std::string& capabilities) {
  Script script;
  script.push_back({"", "* OK [CAPABILITY " + capabilities + "] ready\r\n"});
  if (capabilities.find("AUTH=PLAIN") != std::string::npos) {
    script.push_back({"AUTHENTICATE PLAIN", "$ OK [CAPABILITY " + capabilities + "] in\r\n"});
  } else {
    script.push_back({"LOGIN \"alice\"", "$ OK [CAPABILITY " + capabilities + "] in\r\n"});
  }
  if (capabilities.find("ENABLE") != std::string::npos)
    script.push_back({"ENABLE QRESYNC", "* ENABLED QRESYNC\r\n$ OK enabled\r\n"});
  return script;
}

Script then(Script script, const Script& more) {
  script.insert(script.end(), more.begin(), more.end());
  return script;
}

// A connection to a scripted server; ended by the test's end.
struct Bench {
  explicit Bench(runtime::Loop& loop, runtime::CancelScope& scope)
      : tasks(loop, scope, [](const std::string&, const Error&) {}) {}
  runtime::TaskScope tasks;
  std::vector<std::string> heard;
  std::unique_ptr<ImapConnection> imap;
  Result<> opened;

  Task<void> open(runtime::Loop& loop, Script script, Security security = Security::Plain) {
    net::MemoryPair wires = net::make_memory_pair(loop);
    tasks.spawn("server", support::play_imap(std::move(wires.server), std::move(script), heard));
    Server server{"mail.test", 143, security, std::nullopt};
    if (security == Security::StartTls) server.context = *tls::Context::client(by_name());
    auto made = co_await ImapConnection::start(std::move(wires.client), server);
    if (!made) {
      opened = tl::unexpected(made.error());
      co_return;
    }
    imap = std::move(*made);
    const Login login{"alice", "", crypto::Secret::of_text("secret")};
    opened = co_await imap->login(login);
  }
  Task<void> end() {
    imap.reset();
    tasks.cancel();
    co_await tasks.join();
  }
  static tls::ClientOptions by_name() {
    tls::ClientOptions options;
    options.by_name = tls::VerifyByName{};
    return options;
  }
};

#define OPEN_BENCH(...)                                  \
  Bench bench(loop, co_await runtime::current_cancel()); \
  Script script_ = __VA_ARGS__;                          \
  co_await bench.open(loop, std::move(script_))

imap::MailboxName mailbox(const char* name) {
  return *imap::make_mailbox_name(name);
}

Uid numbered(std::uint32_t value) {
  return Uid{value};
}
ModSeq since(std::uint64_t value) {
  return ModSeq{value};
}

const ImapStep kSelect{"EXAMINE INBOX",
                       "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 12] n\r\n* OK [HIGHESTMODSEQ 90] m\r\n"
                       "$ OK [READ-ONLY] done\r\n"};

CORO_TEST(ImapConnection, LogsInAndEnablesQresync) {
  OPEN_BENCH(logged_in(kAll));
  EXPECT_TRUE(bench.opened) << to_string(bench.opened.error());
  EXPECT_TRUE(bench.imap->can().qresync);
  EXPECT_EQ(bench.heard[0], "p1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==");
  co_await bench.end();
}

CORO_TEST(ImapConnection, ARefusedPasswordIsDeniedAndTriedOneWayOnly) {
  OPEN_BENCH({{"", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n"},
              {"AUTHENTICATE PLAIN", "+ \r\n"},
              {"AGFsaWNlAHNlY3JldA==", "p1 NO [AUTHENTICATIONFAILED] no\r\n"}});
  EXPECT_FALSE(bench.opened);
  EXPECT_EQ(bench.opened.error().code, Errc::Denied);
  co_await bench.end();
  EXPECT_EQ(bench.heard.size(), 2U);
}

CORO_TEST(ImapConnection, NoToALoginIsDeniedUnlessItsCodeSaysLater) {
  for (const bool later : {false, true}) {
    const std::string answer = later ? "$ NO [UNAVAILABLE] busy\r\n" : "$ NO wrong\r\n";
    OPEN_BENCH({{"", "* OK [CAPABILITY IMAP4rev1] hi\r\n"}, {"LOGIN \"alice\" \"secret\"", answer}});
    EXPECT_FALSE(bench.opened);
    EXPECT_EQ(bench.opened.error().code, later ? Errc::Unreachable : Errc::Denied);
    co_await bench.end();
  }
}

CORO_TEST(ImapConnection, PreauthProvesNobodyAndIsRefused) {
  OPEN_BENCH({{"", "* PREAUTH [CAPABILITY IMAP4rev1] hello alice\r\n"}});
  EXPECT_EQ(bench.opened.error().code, Errc::Denied);
  co_await bench.end();
}

CORO_TEST(ImapConnection, StartTlsThatIsNotOfferedOrFollowedByMoreIsRefused) {
  for (const bool injected : {false, true}) {
    Bench bench(loop, co_await runtime::current_cancel());
    const std::string offered = injected ? "STARTTLS" : "LOGIN";
    Script script{{"", "* OK [CAPABILITY IMAP4rev1 " + offered + "] hi\r\n"},
                  {"STARTTLS", "$ OK go\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] injected\r\n"}};
    if (!injected) script.pop_back();
    co_await bench.open(loop, std::move(script), Security::StartTls);
    EXPECT_FALSE(bench.opened);
    EXPECT_EQ(bench.opened.error().code, injected ? Errc::Protocol : Errc::Denied);
    co_await bench.end();
    EXPECT_EQ(bench.heard.size(), injected ? 1U : 0U) << "no password in the clear";
  }
}

CORO_TEST(ImapConnection, QresyncIsNotBelievedWithoutEnabled) {
  Script script = logged_in(kAll);
  script.back().say = "$ BAD what\r\n";
  OPEN_BENCH(script);
  EXPECT_TRUE(bench.opened);
  EXPECT_FALSE(bench.imap->can().qresync);
  co_await bench.end();
}

CORO_TEST(ImapConnection, ChangedSinceGivesRowsAndVanished) {
  OPEN_BENCH(then(logged_in(kAll), {kSelect,
                                    {"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 50 VANISHED)",
                                     "* VANISHED (EARLIER) 4:6,9\r\n* 2 FETCH (UID 8 FLAGS (\\Seen x) MODSEQ (80))\r\n"
                                     "* 3 FETCH (FLAGS (\\Seen))\r\n$ OK done\r\n"}}));
  CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
  EXPECT_EQ(bench.imap->selected()->exists, 3U);
  EXPECT_EQ(bench.imap->selected()->highest_mod_seq.value, 90U);
  std::vector<FlagRow> rows;
  OnFlagRow on_row = [&rows](FlagRow row) { rows.push_back(std::move(row)); };
  auto vanished = co_await bench.imap->changed_since(since(50), true, std::move(on_row));
  CO_ASSERT_OK(vanished);
  EXPECT_EQ(imap::to_string(*vanished), "4:6,9");
  CO_ASSERT_TRUE(rows.size() == 1);
  EXPECT_EQ(rows[0].uid.value, 8U);
  co_await bench.end();
}

struct TextSink final : BodySink {
  Result<> begin(std::uint64_t announced) override {
    size = announced;
    return {};
  }
  Task<Result<>> octets(std::string_view bytes) override {
    text.append(bytes);
    co_return Result<>();
  }
  std::uint64_t size = 0;
  std::string text;
};

CORO_TEST(ImapConnection, BodiesComeWholeSmallAndLarge) {
  const std::string large(40'000, 'x');
  OPEN_BENCH(
      then(logged_in(kAll),
           {kSelect,
            {"UID FETCH 8 (UID INTERNALDATE BODY.PEEK[])",
             "* 2 FETCH (UID 8 INTERNALDATE \"01-Jan-1970 00:01:00 +0000\" BODY[] {5}\r\nhello)\r\n$ OK done\r\n"},
            {"UID FETCH 9", "* 3 FETCH (BODY[] {40000}\r\n" + large + " UID 9 FLAGS ())\r\n$ OK done\r\n"},
            {"UID FETCH 10", "$ OK done\r\n"},
            {"UID FETCH 11", "* 3 FETCH (BODY[] {40000}\r\n" + large + " UID 9)\r\n$ OK done\r\n"}}));
  CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
  TextSink small, big, none, other;
  const auto dated = co_await bench.imap->body(numbered(8), small);
  CO_ASSERT_OK(dated);
  EXPECT_EQ(small.text, "hello");
  EXPECT_EQ(dated.value()->seconds, 60);
  const auto undated = co_await bench.imap->body(numbered(9), big);
  CO_ASSERT_OK(undated);
  EXPECT_EQ(undated.value(), std::nullopt);
  EXPECT_EQ(big.text, large);
  EXPECT_EQ(big.size, 40'000U);
  auto gone = co_await bench.imap->body(numbered(10), none);
  EXPECT_EQ(gone.error().code, Errc::NotFound);
  EXPECT_TRUE(bench.imap->usable());
  auto foreign = co_await bench.imap->body(numbered(11), other);
  EXPECT_EQ(foreign.error().code, Errc::Protocol) << "another message's body is never taken for this one's";
  co_await bench.end();
}

CORO_TEST(ImapConnection, WithoutUidplusNothingButOursIsExpunged) {
  OPEN_BENCH(then(logged_in("IMAP4rev1"), {kSelect,
                                           {"UID SEARCH DELETED", "* SEARCH 8 9\r\n$ OK\r\n"},
                                           {"UID SEARCH DELETED", "* SEARCH 8\r\n$ OK\r\n"},
                                           {"EXPUNGE", "* 2 EXPUNGE\r\n$ OK\r\n"}}));
  CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
  auto refused = co_await bench.imap->expunge(SequenceSet::single(8));
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  CO_ASSERT_OK(co_await bench.imap->expunge(SequenceSet::single(8)));
  EXPECT_EQ(bench.imap->selected()->exists, 2U);
  co_await bench.end();
}

CORO_TEST(ImapConnection, AGuardedStoreNamesWhatItRefused) {
  OPEN_BENCH(
      then(logged_in(kAll),
           {kSelect, {"UID STORE 7:9 (UNCHANGEDSINCE 80) +FLAGS.SILENT (\\Seen)", "$ OK [MODIFIED 8] some\r\n"}}));
  CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
  const FlagSet seen{imap::SystemFlag::Seen};
  auto refused = co_await bench.imap->store(SequenceSet::range(7, 9), imap::command::StoreMode::Add, seen, since(80));
  CO_ASSERT_OK(refused);
  EXPECT_EQ(imap::to_string(*refused), "8");
  co_await bench.end();
}

struct TextSource final : OctetSource {
  explicit TextSource(std::string octets) : text(std::move(octets)) {}
  std::uint64_t size() const override { return text.size(); }
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), text.size() - at);
    std::memcpy(into.data(), text.data() + at, count);
    at += count;
    co_return count;
  }
  std::string text;
  std::size_t at = 0;
};

CORO_TEST(ImapConnection, AppendsWithAndWithoutWaiting) {
  for (const bool sync : {false, true}) {
    const std::string capabilities = sync ? "IMAP4rev1" : kAll;
    Script script = logged_in(capabilities);
    script.push_back({sync ? "{5}" : "{5+}", sync ? "+ go\r\n" : ""});
    script.push_back({"hello", "p" + std::string(sync ? "2" : "3") + " OK [APPENDUID 7 44] in\r\n"});
    OPEN_BENCH(script);
    TextSource octets("hello");
    const FlagSet none;
    auto made = co_await bench.imap->append(mailbox("Sent"), none, std::nullopt, octets);
    CO_ASSERT_OK(made);
    CO_ASSERT_TRUE(made->has_value());
    EXPECT_EQ((*made)->uids.front().first, 44U);
    co_await bench.end();
  }
}

struct Heard final : IdleEvents {
  void on_armed() override { ++armed; }
  void on_change() override {
    ++changes;
    changed.notify_all();
  }
  int armed = 0, changes = 0;
  runtime::Notify changed;
};

CORO_TEST(ImapConnection, IdleTellsOfChangesAndIsOverWhenItsTimeIs) {
  OPEN_BENCH(then(logged_in(kAll),
                  {kSelect, {"IDLE", "+ idling\r\n* 4 EXISTS\r\n"}, {"DONE", "p4 OK done\r\n"}, {"NOOP", "$ OK\r\n"}}));
  CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
  Heard events;
  const auto began = loop.now();
  CO_ASSERT_OK(co_await bench.imap->idle(events, kIdleRearm));
  EXPECT_EQ(loop.now() - began, kIdleRearm);
  EXPECT_EQ(events.armed, 1);
  EXPECT_EQ(events.changes, 1);
  CO_ASSERT_OK(co_await bench.imap->noop());
  co_await bench.end();
}

CORO_TEST(ImapConnection, ACancelledIdleSaysDoneAndTheConnectionLives) {
  OPEN_BENCH(
      then(logged_in(kAll), {kSelect, {"IDLE", "+ idling\r\n"}, {"DONE", "p4 OK done\r\n"}, {"NOOP", "$ OK\r\n"}}));
  CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
  Heard events;
  auto stopped = co_await runtime::with_timeout(std::chrono::seconds(3), bench.imap->idle(events, kIdleRearm));
  EXPECT_EQ(stopped.error().code, Errc::Timeout);
  EXPECT_TRUE(bench.imap->usable());
  CO_ASSERT_OK(co_await bench.imap->noop());
  co_await bench.end();
}

// Whatever a server does instead of answering, the command ends in a typed error and the connection with it.
CORO_TEST(ImapConnection, HostileAnswersEndInTypedErrors) {
  struct Case {
    const char* name;
    std::string say;
    bool close_after;
    Errc expected;
  };
  std::string flood;
  const std::string line = "* OK " + std::string(60'000, 'x') + "\r\n";
  while (flood.size() <= kAnswerOctets) flood += line;
  const std::vector<Case> cases{
      {"silence", "", false, Errc::Timeout},
      {"closes", "", true, Errc::Closed},
      {"a line without an end", std::string(2 << 20, 'x'), false, Errc::Limit},
      {"a literal of a terabyte", "* LIST () \"/\" {1099511627776}\r\n", false, Errc::Limit},
      {"another command's answer", "zz OK done\r\n", false, Errc::Protocol},
      {"asks for a literal", "+ go on\r\n", false, Errc::Protocol},
      {"an untagged flood", flood, false, Errc::Limit},
  };
  for (const Case& one : cases) {
    Script script = then(logged_in(kAll), {kSelect, {"NOOP", one.say, one.close_after}});
    OPEN_BENCH(script);
    CO_ASSERT_OK(co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly));
    auto done = co_await bench.imap->noop();
    EXPECT_FALSE(done) << one.name;
    if (done) continue;
    EXPECT_EQ(done.error().code, one.expected) << one.name << ": " << to_string(done.error());
    EXPECT_FALSE(bench.imap->usable()) << one.name;
    co_await bench.end();
  }
}

CORO_TEST(ImapConnection, WrongCountsAndOddUidsDoNotMisleadIt) {
  OPEN_BENCH(
      then(logged_in(kAll),
           {{"EXAMINE INBOX",
             "* 9 EXISTS\r\n* OK [CLOSED] border\r\n* 1 EXISTS\r\n* 5 EXPUNGE\r\n* 5 EXPUNGE\r\n* VANISHED 1:400\r\n"
             "* OK [UIDVALIDITY 7] v\r\n$ OK done\r\n"},
            {"UID FETCH 5:* (UID FLAGS)",
             "* 1 FETCH (UID 0 FLAGS ())\r\n* 1 FETCH (UID 3 FLAGS ())\r\n* 1 FETCH (FLAGS ())\r\n"
             "* 1 FETCH (UID 6 FLAGS (\\Recent \\Seen))\r\n* 1 FETCH nonsense\r\n$ OK done\r\n"}}));
  auto selected = co_await bench.imap->select(mailbox("INBOX"), Access::ReadOnly);
  CO_ASSERT_OK(selected);
  EXPECT_EQ(selected->exists, 0U);
  std::vector<FlagRow> rows;
  OnFlagRow on_row = [&rows](FlagRow row) { rows.push_back(std::move(row)); };
  CO_ASSERT_OK(co_await bench.imap->scan_flags(SequenceSet::from(5), std::move(on_row)));
  CO_ASSERT_TRUE(rows.size() == 1);
  EXPECT_EQ(rows[0].uid.value, 6U);
  EXPECT_FALSE(rows[0].flags.has(imap::SystemFlag::Recent));
  co_await bench.end();
}

CORO_TEST(ImapConnection, ListsWithoutExtensionsAndAddsAForgottenInbox) {
  OPEN_BENCH(then(logged_in("IMAP4rev1"),
                  {{"LIST \"\" \"*\"", "* LIST (\\Noselect) \"/\" Work\r\n* LIST () \"/\" Work/Now\r\n$ OK\r\n"},
                   {"LSUB \"\" \"*\"", "* LSUB () \"/\" Work/Now\r\n$ OK\r\n"},
                   {"STATUS INBOX", "* STATUS INBOX (MESSAGES 3)\r\n$ OK\r\n"},
                   {"STATUS Work/Now", "$ NO [NOPERM] no\r\n"}}));
  const imap::StatusItems items{imap::StatusItem::Messages};
  auto listed = co_await bench.imap->list(items);
  CO_ASSERT_OK(listed);
  CO_ASSERT_TRUE(listed->size() == 3);
  EXPECT_TRUE((*listed)[0].name.is_inbox());
  EXPECT_EQ((*listed)[0].status->messages, 3U);
  EXPECT_FALSE((*listed)[1].selectable);
  EXPECT_TRUE((*listed)[2].subscribed);
  EXPECT_FALSE((*listed)[2].status);
  co_await bench.end();
}

}  // namespace
}  // namespace proxy::gateway::connector
