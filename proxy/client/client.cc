#include "proxy/client/client.h"

#include "booster/platform/network_watch.h"
#include "booster/runtime/timer.h"
#include "proxy/client/together.h"

namespace proxy::client {

namespace runtime = booster::runtime;
namespace crypto = booster::crypto;
using booster::carrier::LinkState;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr auto kGoodbye = seconds(2);       // for the last words; the gateway parks the session if they do not arrive
constexpr auto kUpkeep = minutes(5);        // eviction and a slice of the orphan sweep
constexpr auto kReopen = seconds(5);        // a full disk has room again, a file its rights
constexpr auto kFirstUpkeep = seconds(30);  // not while programs and first sync start

class StoredPassword final : public Credentials {
 public:
  StoredPassword(Accounts& accounts, std::uint32_t number) : accounts_(accounts), number_(number) {}
  Task<Result<std::optional<crypto::Secret>>> password() override { return accounts_.password(number_); }

 private:
  Accounts& accounts_;
  std::uint32_t number_;
};

}  // namespace

Client::Client(runtime::Loop& loop, booster::carrier::TunnelClient& tunnel, Accounts& accounts,
               std::shared_ptr<booster::disk::Disk> disk, ClientSettings settings)
    : loop_(loop),
      tunnel_(tunnel),
      accounts_(accounts),
      disk_(std::move(disk)),
      settings_(std::move(settings)),
      router_(loop) {}

Client::~Client() = default;

Task<Result<>> Client::open() {
  const std::vector<Account> accounts = accounts_.list();
  for (const Account& account : accounts) CO_TRY(co_await open_account(account));
  co_return Result<>();
}

Task<Result<>> Client::open_account(const Account& account) {
  auto served = std::make_unique<Served>();
  served->account = account;
  replica::ReplicaOptions options;
  options.directory = accounts_.directory(account.number);
  options.disk = disk_;
  options.size_limit = settings_.size_limit;
  Result<std::unique_ptr<replica::Replica>> opened = co_await replica::Replica::open(std::move(options));
  if (!opened && opened.error().code == Errc::Cancelled) co_return tl::unexpected(opened.error());
  if (opened) {
    served->replica = *std::move(opened);
    if (served->replica->rebuilt())
      events_.notice(account.address, "The local copy was broken and is built again from the server", true);
    BodySettings bodies;
    bodies.policy = settings_.bodies;
    bodies.recent = settings_.recent;
    served->store = std::make_unique<ReplicaStore>(loop_, *served->replica, bodies);
    served->credentials = std::make_unique<StoredPassword>(accounts_, account.number);
    EngineOptions engine;
    engine.account = sync::AccountHandle{account.number};
    engine.address = account.address;
    engine.user = account.user;
    engine.device = settings_.device;
    engine.link_up = [this] { return tunnel_.state() == LinkState::Up; };
    served->engine =
        std::make_unique<AccountEngine>(loop_, *served->store, *served->credentials, events_, std::move(engine));
    served->queue = std::make_unique<PriorityQueue>(account.number, *served->replica, *served->store, *served->engine);
    if (account.logged_off) served->engine->log_off();
  } else {
    served->trouble = to_string(opened.error());
    const auto before = served_.find(account.number);
    if (before == served_.end() || before->second->trouble != served->trouble)
      events_.notice(account.address, "The account cannot be opened: " + served->trouble, true);
    unopened_.notify_all();
  }
  Served& place = *(served_[account.number] = std::move(served));
  if (tasks_ != nullptr) start(place);
  co_return Result<>();
}

Task<Result<>> Client::reopen_accounts() {
  for (;;) {
    std::vector<Account> unopened;
    for (const auto& [number, served] : served_)
      if (!served->engine) unopened.push_back(served->account);
    if (unopened.empty()) {
      CO_TRY(co_await unopened_.wait());
      continue;
    }
    CO_TRY(co_await runtime::sleep_for(kReopen));
    for (const Account& account : unopened) {
      const auto found = served_.find(account.number);
      if (found == served_.end() || found->second->engine) continue;  // removed meanwhile
      CO_TRY(co_await open_account(account));
      if (served_[account.number]->engine) events_.notice(account.address, "The account is open again", false);
    }
  }
}

void Client::start(Served& served) {
  if (!served.engine) return;
  served.tasks =
      std::make_unique<runtime::TaskScope>(loop_, tasks_->cancel_scope(), [](const std::string&, const Error&) {});
  served.store->relay(*served.tasks);
  served.tasks->spawn("announce mail", announce_mail(served));
  served.tasks->spawn("upkeep", upkeep(served));
  router_.add(sync::AccountHandle{served.account.number}, *served.engine);
}

// The account's part in the session and its tasks have ended when it returns.
Task<void> Client::stop(Served& served) {
  if (!served.tasks) co_return;
  const sync::AccountHandle handle{served.account.number};
  co_await router_.remove(handle);
  served.tasks->cancel();
  co_await served.tasks->join();
  served.tasks.reset();
}

Task<Result<>> Client::run() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  Result<> end;
  {
    runtime::TaskScope tasks(loop_, *here.scope, [](const std::string&, const Error&) {});
    tasks_ = &tasks;
    for (auto& [number, served] : served_) start(*served);
    Together stories(loop_, *here.scope);
    stories.add("tunnel", carry());
    stories.add("link watch", watch_link());
    stories.add("reopen accounts", reopen_accounts());
    if (settings_.watch_network) stories.add("network watch", watch_network());
    end = co_await stories.join();
    for (auto& [number, served] : served_) co_await stop(*served);
    tasks_ = nullptr;
    tasks.cancel();
    co_await tasks.join();
  }
  co_return end;
}

// The tunnel outlives our being cancelled by as long as a goodbye takes, so that the gateway need not park the session.
Task<Result<>> Client::carry() {
  runtime::CancelScope none;
  runtime::TaskScope tunnel(loop_, none, [](const std::string&, const Error&) {});
  tunnel.spawn("tunnel", tunnel_.run(router_));
  runtime::Notify never;
  const Result<> asked_to_end = co_await never.wait();
  if (tunnel_.state() == LinkState::Up)
    (void)co_await runtime::shielded(kGoodbye, router_.say_goodbye("the client ends"));
  tunnel.cancel();
  co_await tunnel.join();
  co_return asked_to_end;
}

Task<Result<>> Client::watch_network() {
  Result<std::unique_ptr<booster::platform::NetworkWatch>> watch = booster::platform::NetworkWatch::open(loop_);
  if (!watch) {
    // Without netlink the backoff has to do.
    runtime::Notify never;
    co_return co_await never.wait();
  }
  for (;;) {
    CO_TRY(co_await (*watch)->changed());
    tunnel_.network_changed();
  }
}

Task<Result<>> Client::watch_link() {
  for (;;) {
    CO_TRY(co_await tunnel_.changed().wait());
    events_.status_changed();
    for (auto& [number, served] : served_) {
      if (served->engine) served->engine->link_changed();
      if (served->engine && !served->engine->server().empty())
        (void)accounts_.set_server(number, served->engine->server());
    }
  }
}

Task<Result<>> Client::announce_mail(Served& served) {
  for (;;) {
    CO_TRY(co_await served.store->mail_changed().past(served.store->mail_changed().count()));
    events::Event event;
    event.topic = events::Topic::Mailbox;
    event.account = served.account.address;
    events_.announce(std::move(event));
  }
}

// Old bodies go when there are too many; content nobody refers to is swept bit by bit.
Task<Result<>> Client::upkeep(Served& served) {
  CO_TRY(co_await runtime::sleep_for(kFirstUpkeep));
  bool swept = false;
  for (;;) {
    const Result<std::uint64_t> freed = co_await served.replica->evict();
    if (!freed && freed.error().code == Errc::Cancelled) co_return tl::unexpected(freed.error());
    if (!swept) {
      const Result<bool> done = co_await served.replica->sweep_orphans();
      swept = done && *done;
    }
    const runtime::Duration pause = swept ? runtime::Duration(kUpkeep) : runtime::Duration(kFirstUpkeep);
    CO_TRY(co_await runtime::sleep_for(pause));
  }
}

Client::Served* Client::find(std::string_view address) {
  const Account* const account = accounts_.find(address);
  if (account == nullptr) return nullptr;
  const auto found = served_.find(account->number);
  return found == served_.end() ? nullptr : found->second.get();
}

std::vector<Client::Served*> Client::served() {
  std::vector<Served*> all;
  for (auto& [number, served] : served_) all.push_back(served.get());
  return all;
}

}  // namespace proxy::client
