// The streams a client opens: mail goes to the worker that holds the account's agent, flows to the flow worker.
#include "booster/runtime/timer.h"
#include "proxy/gateway/dispatcher/client_session.h"
#include "proxy/gateway/dispatcher/front.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace carrier = booster::carrier;
namespace runtime = booster::runtime;

// Counts itself for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace

Task<Result<>> ClientSession::accept_streams() {
  for (;;) {
    CO_TRY_ASSIGN(carrier::Incoming incoming, co_await session_->mux.accept());
    tasks_->spawn("stream", serve_stream(std::move(incoming)));
  }
}

Task<Result<>> ClientSession::serve_stream(carrier::Incoming incoming) {
  carrier::Incoming own = std::move(incoming);
  const Result<sync::StreamPurpose> purpose = sync::decode_purpose(own.metadata);
  Result<> served;
  if (!purpose) {
    served = tl::unexpected(purpose.error());
  } else if (purpose->lane == sync::Lane::Flow) {
    served = co_await serve_flow(own);
  } else {
    served = co_await serve_mail(own, *purpose);
  }
  if (!served) own.stream->abort(served.error());  // with its reason; nothing, if that was said already
  co_return Result<>();
}

Task<Result<>> ClientSession::until_known(sync::AccountHandle account) {
  while (!members_.contains(account)) CO_TRY(co_await members_change_.wait());
  co_return Result<>();
}

Task<Result<>> ClientSession::until_decided(MemberPtr member) {
  while (member->phase == Phase::Deciding) CO_TRY(co_await member->change.wait());
  co_return Result<>();
}

// The account's, once its login has gone well. Nothing of the stream is read meanwhile: its window bounds it.
Task<Result<ClientSession::MemberPtr>> ClientSession::await_member(sync::AccountHandle account) {
  if (held_ >= kHeldStreams) co_return fail(Errc::Limit, "too many streams before their logins");
  const Counted held(held_);
  const Result<> known = co_await runtime::with_timeout(kLoginComes, until_known(account));
  if (!known) co_return fail(Errc::Denied, "no login for this account");
  const auto found = members_.find(account);
  if (found == members_.end()) co_return fail(Errc::Denied, "the account logged off");
  const MemberPtr member = found->second;
  CO_TRY(co_await until_decided(member));
  if (member->phase == Phase::Out) co_return fail(Errc::Denied, member->refusal.text);
  co_return member;
}

Task<Result<>> ClientSession::serve_mail(carrier::Incoming& incoming, const sync::StreamPurpose& purpose) {
  CO_TRY_ASSIGN(const MemberPtr member, co_await await_member(purpose.account));
  // The right is looked at again at each delivery, not only when the device came.
  if (!member->still_entitled()) co_return fail(Errc::Denied, "this device's right was taken away");
  CO_TRY_ASSIGN(const WorkerPtr worker, front_.dispatcher_.worker_of(*member->seat));
  const std::shared_ptr<StreamEra> era = member->era;
  if (era == nullptr) co_return fail(Errc::Closed, "the account's agent is not there now");
  worker::StreamTicket ticket{member->seat->agent->id, member->seat->session, purpose.purpose};
  CO_TRY_ASSIGN(const std::unique_ptr<carrier::MuxStream> far,
                co_await worker->mux().open(incoming.of, worker::encode_ticket(ticket)).in(era->scope));
  incoming.stream->keep_little();
  ++front_.counters_.streams;
  const Counted counted(streams_);
  co_return co_await relay(*incoming.stream, *far, era).in(era->scope);
}

Task<Result<>> ClientSession::serve_flow(carrier::Incoming& incoming) {
  if (!front_.devices_.enrolled(peer().device)) co_return fail(Errc::Denied, "the flow lane needs an enrolled device");
  const std::shared_ptr<FlowConnection> flow = front_.flow_.connection();
  if (flow == nullptr)
    co_return fail(Errc::Denied, front_.settings_.flow_allow.empty() ? "this gateway has no flow lane (flow.allow)"
                                                                     : "the flow worker is being started: try again");
  CO_TRY_ASSIGN(const std::unique_ptr<carrier::MuxStream> far, co_await flow->mux.open(incoming.of, incoming.metadata));
  ++front_.counters_.flows;
  const Counted counted(flows_);
  co_return co_await relay(*incoming.stream, *far, flows_era_).in(flows_era_->scope);
}

}  // namespace proxy::gateway::dispatcher
