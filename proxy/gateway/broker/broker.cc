#include "proxy/gateway/broker/broker.h"

#include <cstdio>
#include <map>

#include "booster/crypto/kdf.h"
#include "booster/net/tcp.h"
#include "booster/platform/harden.h"
#include "booster/runtime/offload.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "proxy/gateway/broker/throttle.h"
#include "proxy/gateway/broker/vault.h"
#include "proxy/gateway/chain_link.h"

namespace proxy::gateway::broker {
namespace {

namespace runtime = booster::runtime;
using booster::crypto::Digest;
using codec::property::Chain;

constexpr std::size_t kOpenAsks = 1024;  // admitted, and the mail server has not answered yet
constexpr std::size_t kComputing = 64;   // tags under way: 16 MiB each, four at a time

class Service {
 public:
  Service(runtime::Loop& loop, booster::net::StreamPtr wire)
      : loop_(loop), wire_(std::move(wire)), disk_(booster::disk::make_posix_disk()), link_(*wire_) {}

  Task<Result<>> run();

 private:
  struct Admitted {
    Guess guess;
    Digest tag;
    Secret password;
  };
  struct Handler;

  Task<Result<>> end_with(Task<Result<>> part);
  Task<Result<>> read_messages();
  Task<Result<>> serve_ask(Ask ask);
  Result<> on_configure(const Configure& message);
  Result<> on_report(const Report& report);
  Result<> on_fetch(const Fetch& fetch);
  Result<> send(const Message& message) { return link_.send(encode(message)); }
  WallTime wall() const { return std::chrono::floor<std::chrono::seconds>(loop_.wall_now()); }

  runtime::Loop& loop_;
  booster::net::StreamPtr wire_;
  std::unique_ptr<booster::disk::Disk> disk_;
  ChainLink link_;
  Vault vault_;
  Throttle throttle_;
  std::map<std::uint64_t, Admitted> admitted_;
  std::size_t computing_ = 0;
  runtime::TaskScope* parts_ = nullptr;
  runtime::TaskScope* asks_ = nullptr;
  Result<> end_;
};

struct Service::Handler {
  Service& service;
  Result<> operator()(const Configure& message) const { return service.on_configure(message); }
  Result<> operator()(const KnownRefusal& message) const {
    service.vault_.remember(message, service.wall());
    return {};
  }
  Result<> operator()(Ask& message) const {
    service.asks_->spawn("ask", service.serve_ask(std::move(message)));
    return {};
  }
  Result<> operator()(const Report& message) const { return service.on_report(message); }
  Result<> operator()(const Fetch& message) const { return service.on_fetch(message); }
  Result<> operator()(const Forget& message) const {
    service.vault_.forget(message.account);
    return {};
  }
  template <class T>
  Result<> operator()(const T&) const {
    return fail(Errc::Protocol, "a broker's message from the front");
  }
};

Task<Result<>> Service::end_with(Task<Result<>> part) {
  Task<Result<>> own = std::move(part);
  const Result<> result = co_await std::move(own);
  if (!result && end_) end_ = tl::unexpected(result.error());
  parts_->cancel();
  co_return Result<>();
}

Task<Result<>> Service::run() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope parts(loop_, *here.scope);
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope asks(loop_, *here.scope, ignore);
  parts_ = &parts;
  asks_ = &asks;
  parts.spawn("writer", end_with(link_.write_all()));
  parts.spawn("reader", end_with(read_messages()));
  co_await parts.join();
  asks.cancel();
  co_await asks.join();
  parts_ = asks_ = nullptr;
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "broker");
  if (!end_ && end_.error().code == Errc::Closed) co_return Result<>();
  co_return end_;
}

Task<Result<>> Service::read_messages() {
  for (;;) {
    CO_TRY_ASSIGN(const Chain chain, co_await link_.next());
    CO_TRY_ASSIGN(Message message, decode_message(chain));
    CO_TRY(std::visit(Handler{*this}, message));
  }
}

Result<> Service::on_configure(const Configure& message) {
  TRY_ASSIGN(const std::vector<std::string> troubles, vault_.configure(*disk_, message));
  for (const std::string& trouble : troubles) TRY(send(Note{trouble}));
  return {};
}

std::chrono::seconds rounded_up(Duration wait) {
  return std::chrono::ceil<std::chrono::seconds>(wait);
}

Task<Result<>> Service::serve_ask(Ask ask) {
  Admitted admitted;
  admitted.guess = Guess{ask.account, ask.network, ask.enrolled};
  Throttle::Verdict verdict = throttle_.check(admitted.guess, loop_.now());
  const bool busy = computing_ >= kComputing || admitted_.size() >= kOpenAsks || !vault_.configured();
  if (!verdict.admitted || busy) co_return send(Answer{ask.call, Answer::Verdict::Throttled, rounded_up(verdict.wait)});
  ++computing_;
  auto job = [key = vault_.key().copy(), &ask] {
    return booster::crypto::refused_password_tag(key, ask.account, ask.password);
  };
  admitted.tag = co_await runtime::offload(std::move(job));
  --computing_;
  const auto known = vault_.refused_until(ask.account, admitted.tag, wall());
  if (known) co_return send(Answer{ask.call, Answer::Verdict::Known, *known - wall()});
  verdict = throttle_.admit(admitted.guess, loop_.now());
  if (!verdict.admitted) co_return send(Answer{ask.call, Answer::Verdict::Throttled, rounded_up(verdict.wait)});
  admitted.password = std::move(ask.password);
  admitted_.emplace(ask.call, std::move(admitted));
  if (verdict.wait > Duration::zero()) CO_TRY(co_await runtime::sleep_for(verdict.wait));
  co_return send(Answer{ask.call, Answer::Verdict::Go, std::chrono::seconds(0)});
}

Result<> Service::on_report(const Report& report) {
  const auto found = admitted_.find(report.call);
  if (found == admitted_.end()) return {};
  Admitted admitted = std::move(found->second);
  admitted_.erase(found);
  switch (report.result) {
    case Report::Result::Accepted:
      throttle_.on_accepted(admitted.guess, loop_.now());
      if (report.keep) vault_.keep(admitted.guess.account, std::move(admitted.password));
      return {};
    case Report::Result::Unknown:
      throttle_.on_unknown(admitted.guess);
      return {};
    case Report::Result::Refused:
      break;
  }
  throttle_.on_refused(admitted.guess, loop_.now());
  const ByteView tag = admitted.tag.view();
  KnownRefusal refusal{admitted.guess.account, Bytes(tag.begin(), tag.end()), wall() + kRefusedFor};
  vault_.remember(refusal, wall());
  return send(std::move(refusal));
}

Result<> Service::on_fetch(const Fetch& fetch) {
  const Secret* found = fetch.account.empty() ? vault_.find_master(fetch.domain) : vault_.find(fetch.account);
  Fetched reply;
  reply.call = fetch.call;
  reply.found = found != nullptr;
  if (found != nullptr) reply.password = found->copy();
  return send(std::move(reply));
}

}  // namespace

Task<Result<>> serve_broker(runtime::Loop& loop, booster::net::StreamPtr wire) {
  Service service(loop, std::move(wire));
  co_return co_await service.run();
}

int broker_main() {
  constexpr int kFront = 3;
  const Result<> hardened = booster::platform::harden_process();
  (void)booster::platform::leave_network();  // where it is refused, there is still no code here that opens a socket
  runtime::Loop loop;
  Result<booster::net::StreamPtr> wire = booster::net::adopt_fd(loop, kFront);
  if (!hardened || !wire) {
    std::fprintf(stderr, "packetboat broker: %s\n",
                 codec::to_string(hardened ? wire.error() : hardened.error()).c_str());
    return 1;
  }
  const Result<> end = loop.run(serve_broker(loop, *std::move(wire)));
  if (end || end.error().code == Errc::Cancelled) return 0;
  std::fprintf(stderr, "packetboat broker: %s\n", codec::to_string(end.error()).c_str());
  return 1;
}

}  // namespace proxy::gateway::broker
