#include "booster/carrier/udp_port.h"

#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr std::size_t kRunBytes = 64 << 10;
constexpr int kBatchesInARow = 8;  // then what is due is sent: acknowledgements must not wait for a flood's end
constexpr auto kMoment = std::chrono::milliseconds(1);  // for a device's full queue

}  // namespace

transport::Address to_transport(const net::UdpEndpoint& endpoint) {
  return {endpoint.ip, endpoint.port, endpoint.interface};
}

net::UdpEndpoint to_net(const transport::Address& address) {
  return {address.ip, address.port, address.interface};
}

UdpPort::UdpPort(runtime::Loop& loop, std::unique_ptr<net::UdpSocket> socket, DatagramMachine& machine)
    : loop_(loop), machine_(machine), buffer_(kRunBytes) {
  sockets_.push_back(std::move(socket));
  Result<std::unique_ptr<runtime::FineTimer>> timer = runtime::FineTimer::open(loop);
  if (timer) timer_ = std::move(*timer);
}

Result<> UdpPort::add(std::unique_ptr<net::UdpSocket> socket) {
  const std::uint16_t port = socket->local().port;
  for (const Socket& each : sockets_) {
    if (each->local().port == port) return fail(Errc::Conflict, "udp: a port twice");
  }
  sockets_.push_back(std::move(socket));
  if (parts_ != nullptr) parts_->spawn("udp receiver", receive_all(sockets_.back()));
  return {};
}

void UdpPort::keep_only(const std::function<bool(std::uint16_t port)>& used) {
  std::erase_if(sockets_, [&](const Socket& each) {
    const bool goes = !used(each->local().port);
    if (goes) each->close();  // who waits for it ends
    return goes;
  });
  CHECK(!sockets_.empty());
}

UdpPort::Socket UdpPort::socket_for(const transport::Route& route) const {
  if (keep_local_) return sockets_.front();
  for (const Socket& each : sockets_) {
    if (each->local().port == route.local.port) return each;
  }
  return nullptr;
}

Task<Result<>> UdpPort::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  std::optional<Error> first;
  auto on_error = [&first](const std::string&, const Error& error) {
    if (!first) first = error;
  };
  runtime::TaskScope parts(loop_, *here.scope, on_error);
  parts_ = &parts;
  for (const Socket& socket : sockets_) parts.spawn("udp receiver", receive_all(socket));
  parts.spawn("udp sender", send_all());
  if (timer_) parts.spawn("udp timer", ring());
  while (parts.running() > 0 && !first) {
    const Result<> ended = co_await parts.one_ended().wait();
    if (!ended) break;
  }
  parts_ = nullptr;
  parts.cancel();
  co_await parts.join();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "udp port");
  co_return tl::unexpected(first.value_or(Error(Errc::Closed, "udp port")));
}

// False: nothing more has arrived.
bool UdpPort::take_batch(net::UdpSocket& socket, Result<std::size_t>& count) {
  count = socket.receive(batch_);
  if (!count || *count == 0) return false;
  for (const net::UdpDatagram& each : batch_.datagrams()) {
    transport::Route route{{}, to_transport(each.remote)};
    if (keep_local_) {
      route.local.ip = each.local.ip;  // not the interface: the way back may lead through another one
    } else {
      route.local.port = socket.local().port;
    }
    machine_.on_datagram(route, each.bytes, static_cast<transport::Ecn>(each.ecn), each.received);
  }
  machine_.settle(loop_.now());
  return batch_.is_full();
}

Task<Result<>> UdpPort::receive_all(Socket socket) {
  for (;;) {
    const Result<> ready = co_await socket->readable();
    if (!ready && ready.error().code == Errc::Closed) co_return Result<>();  // it is not used any more
    if (!ready) co_return ready;
    Result<std::size_t> count = std::size_t{0};
    for (int i = 0; i < kBatchesInARow && take_batch(*socket, count); ++i) {
    }
    if (!count && count.error().code == Errc::Closed) co_return Result<>();
    if (!count) co_return tl::unexpected(count.error());
    wake();
  }
}

Task<Result<>> UdpPort::ring() {
  for (;;) {
    CO_TRY(co_await timer_->fired());
    wake();
  }
}

Task<Result<>> UdpPort::send_run(const transport::DatagramRun& run) {
  std::size_t done = 0;
  const Socket socket = socket_for(run.route);
  while (socket != nullptr && done < run.bytes) {
    const net::UdpRoute route{to_net(run.route.local), to_net(run.route.remote)};
    const ByteView rest = ByteView(buffer_).subspan(done, run.bytes - done);
    const Result<net::SendOutcome> sent = socket->send(rest, run.segment, route, static_cast<net::Ecn>(run.ecn));
    if (!sent && sent.error().code == Errc::Closed) break;
    CO_TRY_ASSIGN(const net::SendOutcome outcome, sent);
    done += outcome.bytes;
    if (outcome.status == net::SendStatus::Sent) continue;
    if (outcome.status == net::SendStatus::Blocked) {
      const Result<> ready = co_await socket->writable();
      if (!ready && ready.error().code == Errc::Cancelled) co_return ready;
      continue;
    }
    if (outcome.status == net::SendStatus::NoBuffers) {
      CO_TRY(co_await runtime::sleep_for(kMoment));
      continue;
    }
    // Lost like any other: recovery sends it again when there is a way.
    if (outcome.status == net::SendStatus::TooLarge) machine_.on_too_large(run.route, run.segment, loop_.now());
    ++dropped_;
    co_return Result<>();
  }
  co_return Result<>();
}

void UdpPort::send_now() {
  for (;;) {
    const transport::DatagramRun run = machine_.next_datagrams(buffer_, loop_.now());
    if (run.bytes == 0) return;
    const net::UdpRoute route{to_net(run.route.local), to_net(run.route.remote)};
    if (const Socket socket = socket_for(run.route)) {
      (void)socket->send(ByteView(buffer_).first(run.bytes), run.segment, route, static_cast<net::Ecn>(run.ecn));
    }
  }
}

Task<Result<>> UdpPort::send_all() {
  for (;;) {
    runtime::TimePoint now = loop_.now();
    if (machine_.next_deadline(now) <= now) {
      machine_.on_deadline(now);
      machine_.settle(now);
    }
    for (;;) {
      now = loop_.now();
      const transport::DatagramRun run = machine_.next_datagrams(buffer_, now);
      if (run.bytes == 0) break;
      CO_TRY(co_await send_run(run));
    }
    const runtime::TimePoint next = machine_.next_deadline(now);
    if (next <= now) {
      CO_TRY(co_await runtime::sleep_for(std::chrono::microseconds(0)));
      continue;
    }
    if (timer_) {
      timer_->set(next);
      CO_TRY(co_await wake_.wait());
      continue;
    }
    const runtime::Surroundings here = co_await runtime::surroundings();
    if (next == runtime::kNever) {
      CO_TRY(co_await wake_.wait());
    } else {
      (void)co_await runtime::with_timeout(next - now, runtime::wait_for(wake_));
      if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "udp port");
    }
  }
}

}  // namespace booster::carrier
