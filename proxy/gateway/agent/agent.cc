#include "proxy/gateway/agent/agent.h"

#include "booster/crypto/random.h"
#include "booster/runtime/timer.h"
#include "proxy/gateway/agent/device_session.h"
#include "proxy/gateway/agent/inbox_watch.h"

namespace proxy::gateway::agent {
namespace {

constexpr auto kArming = std::chrono::seconds(10);  // the first look waits so long for IDLE to be armed
constexpr auto kRoundAfterTrouble = std::chrono::seconds(1);

}  // namespace

struct Agent::Parts final : MailboxListener {
  Parts(Agent& owner, runtime::Loop& loop)
      : agent(owner),
        mailboxes(loop, *this),
        mails(*owner.upstream_, mailboxes, owner.settings_.spool_dir),
        shared{loop,
               *owner.upstream_,
               mailboxes,
               mails,
               owner.settings_.sent_by_server,
               0,
               0,
               1,
               0,
               0,
               false,
               {},
               {},
               owner.settings_.mixing,
               owner.settings_.authserv_id,
               owner.settings_.chunks != nullptr ? owner.settings_.chunks->key() : booster::crypto::random_u64(),
               owner.settings_.chunks,
               {},
               {},
               owner.changed_},
        watch(loop, *owner.upstream_, owner.settings_.idle_rearm, owner.settings_.poll_inbox) {}

  void on_folders() override {
    ++shared.folders_version;
    each([](SyncFeed& feed) { feed.wake(); });
  }
  void on_change(const Mailbox& mailbox, const Change& change) override {
    if (!change.gone.empty()) forget_chunks(mailbox, change.gone);
    each([&](SyncFeed& feed) { feed.on_change(mailbox, change); });
  }
  void on_new_validity(const Mailbox& mailbox) override {
    each([&](SyncFeed& feed) { feed.on_new_validity(mailbox); });
  }
  void on_gone(std::uint32_t mailbox) override {
    each([&](SyncFeed& feed) { feed.on_gone(mailbox); });
  }
  template <class Do>
  void each(Do act) {
    for (const auto& [id, device] : agent.devices_)
      if (SyncFeed* feed = device->feed()) act(*feed);
  }

  // What is expunged leaves the index; in a mailbox that is seen for the first time, what was while nobody looked.
  void forget_chunks(const Mailbox& mailbox, const std::vector<std::uint32_t>& uids);
  void keep_chunks(const Mailbox& mailbox);

  Task<Result<>> look_after();  // until the agent ends
  Task<Result<>> round();       // LIST and STATUS, then what changed
  Task<Result<>> look_at_wanted();
  Task<Result<>> wait_for_work(TimePoint round_due);
  Task<Result<>> forward_news();  // from the watch to the one that looks
  bool anything_wanted() const;

  Agent& agent;
  Mailboxes mailboxes;
  Mails mails;
  Shared shared;
  InboxWatch watch;
  bool told_trouble = false;
  bool folders_touched = false;
  sync::SyncClass kept = sync::SyncClass::Plain;
};

Agent::Agent(runtime::Loop& loop, runtime::CancelScope& parent, Dialer& dialer, OperationsHost* host,
             AgentSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      host_(host),
      upstream_(std::make_unique<Upstream>(loop, dialer)),
      tasks_(loop, parent, ignore_errors),
      parts_(std::make_unique<Parts>(*this, loop)) {}

Agent::~Agent() = default;

Task<Result<>> Agent::start(connector::Login credential) {
  upstream_->set_login(std::move(credential));
  {
    auto lease = co_await upstream_->work(Urgency::Sync);
    if (!lease) co_return tl::unexpected(std::move(lease).error());
  }
  tasks_.spawn("inbox watch", parts_->watch.run());
  tasks_.spawn("inbox news", parts_->forward_news());
  tasks_.spawn("look after", parts_->look_after());
  if (host_ != nullptr) tasks_.spawn("operations", host_->serve_background(*this));
  co_return Result<>();
}

Task<Result<>> Agent::prove(connector::Login credential) {
  CO_TRY_ASSIGN(std::unique_ptr<ImapConnection> made, co_await upstream_->another(credential));
  (void)co_await made->logout();
  co_return Result<>();
}

void Agent::renew(connector::Login credential) {
  if (credential == upstream_->login()) return;
  upstream_->set_login(std::move(credential));
  if (host_ != nullptr) host_->credential_renewed();
}

void Agent::attach(DeviceSessionId device) {
  if (devices_.count(device) > 0) return;
  devices_.emplace(device,
                   std::make_shared<DeviceSession>(loop_, tasks_.cancel_scope(), parts_->shared, *this, host_, device));
}

void Agent::set_link(DeviceSessionId device, messaging::BitsPerSecond rate) {
  const auto found = devices_.find(device);
  if (found != devices_.end()) found->second->set_link(rate);
}

void Agent::give_stream(DeviceSessionId device, sync::MailPurpose purpose, net::StreamPtr stream) {
  const auto found = devices_.find(device);
  if (found == devices_.end()) return stream->close();
  found->second->give_stream(purpose, std::move(stream));
}

Task<void> Agent::detach(DeviceSessionId device) {
  const auto found = devices_.find(device);
  if (found == devices_.end()) co_return;
  const std::shared_ptr<DeviceSession> leaving = found->second;
  co_await leaving->end();
  devices_.erase(device);
}

Task<void> Agent::logoff() {
  tasks_.cancel();
  while (!devices_.empty()) {
    const DeviceSessionId first = devices_.begin()->first;
    co_await detach(first);
  }
  co_await tasks_.join();
  co_await upstream_->close();
}

AgentStatus Agent::status() const {
  AgentStatus status;
  status.connected = upstream_->connected();
  status.idling = parts_->watch.armed();
  if (upstream_->trouble()) status.trouble = codec::to_string(*upstream_->trouble());
  status.sync_class = parts_->kept;
  status.devices = devices_.size();
  status.mailboxes = parts_->mailboxes.all().size();
  status.bodies_sent = parts_->shared.bodies_sent;
  status.overviews_sent = parts_->shared.overviews_sent;
  status.down = parts_->shared.down;
  status.up = parts_->shared.up;
  return status;
}

void Agent::came_up(const messaging::Carried& item) {
  parts_->shared.up += item;
  changed_.notify_all();
}

void Agent::touched(const std::string& mailbox) {
  Mailbox* found = parts_->mailboxes.find(mailbox);
  if (found == nullptr) return folders_touched();
  found->wanted = true;
  parts_->shared.wake_watcher.notify_all();
}

void Agent::made_by(DeviceSessionId device, sync::ItemKey item) {
  const auto found = devices_.find(device);
  if (found != devices_.end()) found->second->learn(std::move(item));
}

void Agent::folders_touched() {
  parts_->folders_touched = true;
  parts_->shared.wake_watcher.notify_all();
}

// Somebody's mail goes out behind it.
Task<Result<bool>> Agent::append_reference(sync::ItemKey key, codec::refer::Extent extent, Bytes& prefix) {
  co_return co_await append_held(parts_->shared, std::move(key), extent, Urgency::Operation, prefix);
}

Task<Result<MailPtr>> Agent::mail_of(sync::ItemKey key) {
  co_return co_await held_mail(parts_->shared, std::move(key), Urgency::Operation);
}

void Agent::tell(std::string text, bool trouble) {
  parts_->each([&](SyncFeed& feed) { feed.tell(text, trouble); });
}

template <class Job>
Task<Result<>> change_index(chunks::ChunkIndex& index, Job job) {
  co_return co_await index.run(std::move(job));
}

void Agent::Parts::forget_chunks(const Mailbox& mailbox, const std::vector<std::uint32_t>& uids) {
  if (shared.chunks == nullptr) return;
  std::vector<sync::ItemKey> keys;
  keys.reserve(uids.size());
  for (const std::uint32_t uid : uids) keys.push_back({mailbox.folder.name, {mailbox.uid_validity}, {uid}});
  auto forget = [keys = std::move(keys)](chunks::ChunkFile& file) { return file.forget(keys); };
  agent.tasks_.spawn("expunged chunks", change_index(*shared.chunks, std::move(forget)));
}

void Agent::Parts::keep_chunks(const Mailbox& mailbox) {
  if (shared.chunks == nullptr) return;
  auto keep = [name = mailbox.folder.name, validity = sync::UidValidity{mailbox.uid_validity},
               uids = mailbox.picture.from(1, mailbox.picture.count())](chunks::ChunkFile& file) {
    return file.keep_only(name, validity, uids);
  };
  agent.tasks_.spawn("chunks of a mailbox", change_index(*shared.chunks, std::move(keep)));
}

Task<Result<>> Agent::Parts::forward_news() {
  for (;;) {
    CO_TRY(co_await watch.changed().wait());
    shared.wake_watcher.notify_all();
  }
}

bool Agent::Parts::anything_wanted() const {
  for (const auto& [number, mailbox] : mailboxes.all())
    if (mailbox.wanted && mailbox.folder.selectable && !mailbox.broken) return true;
  return false;
}

// The story of an agent: arm, look, then wait for the server, a device, an operation or the clock.
Task<Result<>> Agent::Parts::look_after() {
  const TimePoint arming = shared.loop.now() + kArming;
  while (!watch.tried() && shared.loop.now() < arming) {
    auto armed = co_await runtime::with_timeout(arming - shared.loop.now(), runtime::wait_for(watch.changed()));
    if (!armed && armed.error().code == Errc::Cancelled) co_return armed;
  }
  TimePoint round_due = shared.loop.now();
  for (;;) {
    const bool round_now = std::exchange(folders_touched, false) || std::exchange(shared.round_wanted, false) ||
                           shared.loop.now() >= round_due;
    if (watch.take_news()) {
      if (Mailbox* inbox = mailboxes.find("INBOX")) inbox->wanted = inbox->wanted || inbox->loaded || inbox->status;
    }
    Result<> done;
    if (round_now) {
      done = co_await round();
      round_due = shared.loop.now() + agent.settings_.scan;
    } else if (anything_wanted()) {
      done = co_await look_at_wanted();
    } else {
      CO_TRY(co_await wait_for_work(round_due));
      continue;
    }
    if (done) {
      if (std::exchange(told_trouble, false)) agent.tell("The mail server answers again.", false);
      continue;
    }
    if (done.error().code == Errc::Cancelled) co_return done;
    if (agent.upstream_->denied()) {
      agent.ended_ = Error(Errc::Denied, "the mail server refuses the login now");
      agent.changed_.notify_all();
      co_return done;
    }
    if (!std::exchange(told_trouble, true)) agent.tell("The mail server does not answer; trying again.", true);
    agent.changed_.notify_all();
    if (round_now) shared.round_wanted = true;
    CO_TRY(co_await runtime::sleep_for(kRoundAfterTrouble));
  }
}

Task<Result<>> Agent::Parts::wait_for_work(TimePoint round_due) {
  const Duration left = round_due - shared.loop.now();
  auto woken = co_await runtime::with_timeout(left, runtime::wait_for(shared.wake_watcher));
  if (!woken && woken.error().code == Errc::Timeout) co_return Result<>();
  co_return woken;
}

Task<Result<>> Agent::Parts::round() {
  const std::uint64_t mine = ++shared.rounds_begun;
  {
    CO_TRY_ASSIGN(const Upstream::Lease lease, co_await agent.upstream_->work(Urgency::Sync));
    CO_TRY(co_await mailboxes.list(*lease, true));
  }
  CO_TRY(co_await look_at_wanted());
  shared.rounds_done = mine;
  shared.first_round.notify_all();
  each([](SyncFeed& feed) { feed.wake(); });
  co_return Result<>();
}

// A mailbox that the server does not open now is told of once and left alone until it changes.
Task<Result<>> Agent::Parts::look_at_wanted() {
  for (const std::uint32_t number : mailboxes.in_order()) {
    const Mailbox* mailbox = mailboxes.find(number);
    if (mailbox == nullptr || !mailbox->wanted || mailbox->broken) continue;
    CO_TRY_ASSIGN(const Upstream::Lease lease, co_await agent.upstream_->work(Urgency::Sync));
    const bool known = mailbox->loaded;
    const Result<> looked = co_await mailboxes.look(*lease, number);
    Mailbox* found = mailboxes.find(number);
    if (looked && found != nullptr && found->loaded && !known) keep_chunks(*found);
    if (looked && found != nullptr) kept = sync_class(lease->can(), *found);
    if (looked) continue;
    if (!lease->usable() || looked.error().code == Errc::Cancelled) co_return looked;
    if (found == nullptr) continue;
    found->broken = true;
    found->wanted = false;
    agent.tell("A mailbox cannot be opened at the mail server.", true);
    each([](SyncFeed& feed) { feed.wake(); });
  }
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
