// Operations before a real (fake) server: once each, whatever it can and whichever reply is lost.
#include "proxy/gateway/agent/operations.h"

#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "booster/crypto/base_n.h"
#include "tests/proxy/gateway/agent/submission_world.h"

namespace proxy::gateway::agent {
namespace {

using Json = nlohmann::json;
using Kind = sync::OperationKind;
using Code = sync::OperationResult::Code;

class FakeServer {
 public:
  explicit FakeServer(const std::string& without) {
    std::string command =
        "exec /usr/bin/python3 " PACKETBOAT_SOURCE_DIR "/tests/support/fakes/fake_server.py --users alice";
    if (!without.empty()) command += " --without " + without;
    pipe_ = ::popen(command.c_str(), "r");
    char line[512] = {};
    if (pipe_ != nullptr && std::fgets(line, sizeof line, pipe_) != nullptr) {
      std::string text(line);
      const auto number = [&](const std::string& key) {
        const auto at = text.find(' ' + key + '=');
        return at == std::string::npos ? 0 : std::stoi(text.substr(at + key.size() + 2));
      };
      imap = static_cast<std::uint16_t>(number("imap"));
      control = static_cast<std::uint16_t>(number("control"));
      pid_ = number("pid");
    }
  }
  ~FakeServer() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
    if (pipe_ != nullptr) ::pclose(pipe_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  Task<Result<Json>> ask(Json request) {
    CO_TRY_ASSIGN(net::StreamPtr wire, co_await net::dial("127.0.0.1", control, std::chrono::seconds(5)));
    const std::string line = request.dump() + "\n";
    CO_TRY(co_await wire->write(as_bytes(line)));
    std::string answer;
    Bytes piece(64 * 1024);
    while (answer.find('\n') == std::string::npos) {
      CO_TRY_ASSIGN(const std::size_t count, co_await wire->read(piece));
      if (count == 0) break;
      answer += codec::to_string(ByteView(piece).first(count));
    }
    Json parsed = Json::parse(answer, nullptr, false);
    EXPECT_TRUE(parsed.value("ok", false)) << answer;
    co_return parsed;
  }
  Task<std::size_t> count(std::string mailbox) {
    Json request{{"op", "store"}, {"user", "alice"}, {"mailbox", mailbox}};
    auto answer = co_await ask(std::move(request));
    co_return answer ? (*answer)["mailboxes"][mailbox]["messages"].size() : std::size_t{999};
  }
  Task<void> fault(std::string on, std::string action) {
    Json request{{"op", "fault"}, {"protocol", "imap"}, {"on", on}, {"action", action}};
    (void)co_await ask(std::move(request));
  }
  Task<void> create(std::string mailbox) {
    Json request{{"op", "create"}, {"user", "alice"}, {"mailbox", mailbox}};
    (void)co_await ask(std::move(request));
  }

  std::uint16_t imap = 0, control = 0;

 private:
  std::FILE* pipe_ = nullptr;
  int pid_ = 0;
};

struct Desk {
  Desk(runtime::Loop& loop, const std::string& without)
      : fake(without),
        dialer(facts(fake.imap)),
        access(loop, dialer),
        real_disk(disk::make_posix_disk()),
        tickets(*TicketFile::open(*real_disk, folder.path(), "alice")),
        operations(loop, tickets, false) {}
  static connector::Server facts(std::uint16_t port) {
    connector::Server server;
    server.host = "127.0.0.1";
    server.port = port;
    server.security = connector::Security::Plain;
    return server;
  }
  Ticket next_ticket() {
    Ticket ticket{};
    ticket[0] = std::byte{++tickets_made};
    return ticket;
  }
  sync::Operation append(const std::string& mailbox, const std::string& octets) {
    sync::Operation operation = plain(Kind::Append, mailbox);
    operation.octets = codec::to_bytes(octets);
    operation.size = octets.size();
    operation.digest = booster::crypto::sha256(octets).bytes;
    operation.internal_date = 1'700'000'000;
    return operation;
  }
  sync::Operation plain(Kind kind, const std::string& mailbox) {
    sync::Operation operation;
    operation.ticket = next_ticket();
    operation.kind = kind;
    operation.mailbox = mailbox;
    return operation;
  }
  sync::Operation on(Kind kind, const sync::OperationResult& made, const std::string& target) {
    sync::Operation operation = plain(kind, "INBOX");
    operation.uid_validity = made.target_validity;
    for (const sync::ServerUid uid : made.made) {
      sync::ItemRef item;
      item.uid = uid;
      operation.items.push_back(item);
    }
    operation.target = target;
    return operation;
  }

  FakeServer fake;
  ServerDialer dialer;
  TestAccess access;
  disk::TempDirectory folder{disk::TempDirectory::quick()};
  std::unique_ptr<disk::Disk> real_disk;
  Tickets tickets;
  Operations operations;
  std::uint8_t tickets_made = 0;
};

constexpr const char* kMail = "Message-ID: <a@example>\r\nSubject: twin\r\n\r\nbody\r\n";

Task<void> appends_once(Desk& desk) {
  sync::Operation first = desk.append("INBOX", kMail), twin = desk.append("INBOX", kMail);
  const sync::OperationResult one = co_await desk.operations.execute(desk.access, first);
  CO_ASSERT_TRUE(one.code == Code::Done);
  CO_ASSERT_TRUE(one.made.size() == 1 && one.made[0].value != 0);
  const sync::OperationResult again = co_await desk.operations.execute(desk.access, first);
  EXPECT_EQ(again, one);
  co_await desk.fake.fault("APPEND", "drop-after");
  const sync::OperationResult two = co_await desk.operations.execute(desk.access, twin);
  EXPECT_EQ(two.code, Code::Done) << two.text;
  EXPECT_NE(two.made, one.made);
  co_await desk.fake.fault("APPEND", "drop");
  sync::Operation third = desk.append("INBOX", kMail);
  const sync::OperationResult three = co_await desk.operations.execute(desk.access, third);
  EXPECT_EQ(three.code, Code::Done) << three.text;
  EXPECT_EQ(co_await desk.fake.count("INBOX"), 3U);
  sync::Operation missing = desk.append("INBOX", "x\r\n");
  missing.octets.clear();
  const sync::OperationResult needs = co_await desk.operations.execute(desk.access, missing);
  EXPECT_EQ(needs.code, Code::NeedOctets);
  sync::Operation other = desk.append("INBOX", "something else\r\n");
  other.ticket = first.ticket;
  const sync::OperationResult conflict = co_await desk.operations.execute(desk.access, other);
  EXPECT_EQ(conflict.code, Code::Conflict);
}

Task<void> copies_and_moves_once(Desk& desk, std::string copy, std::string move) {
  co_await desk.fake.create("Archive");
  const sync::OperationResult made = co_await desk.operations.execute(desk.access, desk.append("INBOX", kMail));
  CO_ASSERT_TRUE(made.code == Code::Done);
  for (const char* fault : {"", "drop", "drop-after"}) {
    const std::size_t before = co_await desk.fake.count("Archive");
    std::string action = fault;
    if (!action.empty()) co_await desk.fake.fault(copy, action);
    const sync::OperationResult copied =
        co_await desk.operations.execute(desk.access, desk.on(Kind::Copy, made, "Archive"));
    EXPECT_EQ(copied.code, Code::Done) << fault << copied.text;
    CO_ASSERT_TRUE(copied.made.size() == 1);
    EXPECT_NE(copied.made[0].value, 0U) << fault;
    EXPECT_EQ(co_await desk.fake.count("Archive"), before + 1) << fault;
  }
  for (const char* fault : {"", "drop", "drop-after"}) {
    sync::Operation append = desk.append("INBOX", std::string(kMail) + fault + "\r\n");
    const sync::OperationResult fresh = co_await desk.operations.execute(desk.access, append);
    CO_ASSERT_TRUE(fresh.code == Code::Done);
    const std::size_t inbox = co_await desk.fake.count("INBOX"), archive = co_await desk.fake.count("Archive");
    std::string action = fault;
    if (!action.empty()) co_await desk.fake.fault(move, action);
    sync::Operation moving = desk.on(Kind::Move, fresh, "Archive");
    moving.items[0].uid = {};
    moving.items[0].made_by = append.ticket;
    const sync::OperationResult moved = co_await desk.operations.execute(desk.access, moving);
    EXPECT_EQ(moved.code, Code::Done) << fault << moved.text;
    CO_ASSERT_TRUE(moved.made.size() == 1);
    EXPECT_NE(moved.made[0].value, 0U) << fault;
    EXPECT_EQ(co_await desk.fake.count("INBOX"), inbox - 1) << fault;
    EXPECT_EQ(co_await desk.fake.count("Archive"), archive + 1) << fault;
  }
}

Task<void> flags_and_mailboxes(Desk& desk) {
  const sync::OperationResult made = co_await desk.operations.execute(desk.access, desk.append("INBOX", kMail));
  sync::Operation store = desk.on(Kind::Store, made, "");
  store.add.system = sync::Flags::kDeleted | sync::Flags::kSeen;
  store.add.keywords.insert("$Work");
  store.remove.system = sync::Flags::kFlagged;
  EXPECT_EQ((co_await desk.operations.execute(desk.access, store)).code, Code::Done);
  const std::size_t before = co_await desk.fake.count("INBOX");
  EXPECT_EQ((co_await desk.operations.execute(desk.access, desk.on(Kind::Expunge, made, ""))).code, Code::Done);
  EXPECT_EQ(co_await desk.fake.count("INBOX"), before - 1);
  sync::Operation late = desk.on(Kind::Store, made, "");
  late.add.system = sync::Flags::kSeen;
  EXPECT_EQ((co_await desk.operations.execute(desk.access, late)).code, Code::Gone);
  sync::Operation renumbered = desk.on(Kind::Store, made, "");
  renumbered.uid_validity.value += 1;
  EXPECT_EQ((co_await desk.operations.execute(desk.access, renumbered)).code, Code::Conflict);
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_EQ((co_await desk.operations.execute(desk.access, desk.plain(Kind::Create, "Work & Play"))).code,
              Code::Done);
  EXPECT_EQ((co_await desk.operations.execute(desk.access, desk.plain(Kind::Subscribe, "Work & Play"))).code,
            Code::Done);
  for (int twice = 0; twice < 2; ++twice) {
    sync::Operation rename = desk.plain(Kind::Rename, "Work & Play");
    rename.target = "Play";
    EXPECT_EQ((co_await desk.operations.execute(desk.access, rename)).code, Code::Done);
  }
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_EQ((co_await desk.operations.execute(desk.access, desk.plain(Kind::Delete, "Play"))).code, Code::Done);
}

constexpr const char* kServers[] = {"", "UIDPLUS", "MOVE", "CONDSTORE,QRESYNC", "UIDPLUS,MOVE,CONDSTORE,QRESYNC"};

CORO_TEST_REAL(Operations, AppendsAreOnceWhateverReplyIsLost) {
  for (const char* without : kServers) {
    Desk desk(loop, without);
    co_await appends_once(desk);
    co_await desk.access.upstream().close();
  }
}

CORO_TEST_REAL(Operations, CopiesAndMovesAreOnceWhateverReplyIsLost) {
  for (const char* without : kServers) {
    Desk desk(loop, without);
    const char* mover = std::string(without).find("MOVE") != std::string::npos ? "COPY" : "MOVE";
    co_await copies_and_moves_once(desk, "COPY", mover);
    co_await desk.access.upstream().close();
  }
}

CORO_TEST_REAL(Operations, FlagsAndMailboxesAreWhatWasAskedFor) {
  for (const char* without : kServers) {
    Desk desk(loop, without);
    co_await flags_and_mailboxes(desk);
    co_await desk.access.upstream().close();
  }
}

// A permanent refusal comes back once, into INBOX, with the server's own words.
CORO_TEST_REAL(Operations, ARefusedRecipientIsReportedOnceInTheInbox) {
  Desk desk(loop, "");
  runtime::TaskScope tasks(loop, loop.scope(), [](const std::string&, const Error&) {});
  ScriptedServer server;
  server.replies["nobody@x.example"] = "550 5.1.1 no such user here";
  ScriptedDialer dialer(server, tasks);
  const disk::TempDirectory folder(disk::TempDirectory::quick());
  UserOperationsSettings settings;
  settings.state_dir = folder.path();
  settings.stem = "bob";
  settings.submission.own_host = "gw.example";
  auto user = UserOperations::open(loop, *desk.real_disk, dialer, settings);
  CO_ASSERT_OK(user);
  CO_ASSERT_OK(co_await (*user)->submissions().accept(example_submission(Policy::Retry)));
  tasks.spawn("background", (*user)->serve_background(desk.access));
  for (;;) {
    auto pending = co_await (*user)->tickets().run([](TicketFile& file) { return file.unsettled(); });
    auto reports = co_await (*user)->tickets().run([](TicketFile& file) { return file.pending_reports(); });
    if (!pending || !reports || (pending->empty() && reports->empty())) break;
    (void)co_await runtime::sleep_for(std::chrono::milliseconds(5));
  }
  tasks.cancel();
  co_await tasks.join();
  EXPECT_EQ(co_await desk.fake.count("INBOX"), 1U);
  Json request{{"op", "octets"}, {"user", "alice"}, {"mailbox", "INBOX"}, {"uid", 1}};
  auto answer = co_await desk.fake.ask(std::move(request));
  CO_ASSERT_OK(answer);
  const auto octets = booster::crypto::from_base64((*answer)["octets"].get<std::string>());
  CO_ASSERT_OK(octets);
  const std::string report = codec::to_string(ByteView(*octets));
  EXPECT_NE(report.find("no such user here"), std::string::npos) << report;
  EXPECT_NE(report.find("nobody@x.example"), std::string::npos);
  EXPECT_EQ(report.find("bob@x.example"), std::string::npos);
  co_await desk.access.upstream().close();
}

}  // namespace
}  // namespace proxy::gateway::agent
