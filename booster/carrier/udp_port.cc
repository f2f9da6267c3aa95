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
    : loop_(loop), socket_(std::move(socket)), machine_(machine), buffer_(kRunBytes) {
  Result<std::unique_ptr<runtime::FineTimer>> timer = runtime::FineTimer::open(loop);
  if (timer) timer_ = std::move(*timer);
}

void UdpPort::replace(std::unique_ptr<net::UdpSocket> socket) {
  const std::shared_ptr<net::UdpSocket> old = std::exchange(socket_, std::move(socket));
  old->close();  // who waits for it looks again
  wake();
}

Task<Result<>> UdpPort::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  std::optional<Error> first;
  auto on_error = [&first](const std::string&, const Error& error) {
    if (!first) first = error;
  };
  runtime::TaskScope parts(loop_, *here.scope, on_error);
  parts.spawn("udp receiver", receive_all());
  parts.spawn("udp sender", send_all());
  if (timer_) parts.spawn("udp timer", ring());
  while (parts.running() > 0 && !first) {
    const Result<> ended = co_await parts.one_ended().wait();
    if (!ended) break;
  }
  parts.cancel();
  co_await parts.join();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "udp port");
  co_return tl::unexpected(first.value_or(Error(Errc::Closed, "udp port")));
}

// False: nothing more has arrived.
bool UdpPort::take_batch(Result<std::size_t>& count) {
  count = socket_->receive(batch_);
  if (!count || *count == 0) return false;
  for (const net::UdpDatagram& each : batch_.datagrams()) {
    transport::Route route{{}, to_transport(each.remote)};
    if (keep_local_) route.local.ip = each.local.ip;  // not the interface: the way back may lead through another one
    machine_.on_datagram(route, each.bytes, static_cast<transport::Ecn>(each.ecn), each.received);
  }
  machine_.settle(loop_.now());
  return true;
}

Task<Result<>> UdpPort::receive_all() {
  for (;;) {
    const std::shared_ptr<net::UdpSocket> socket = socket_;
    const Result<> ready = co_await socket->readable();
    if (!ready && (ready.error().code != Errc::Closed || socket == socket_)) co_return ready;
    if (!ready) continue;
    Result<std::size_t> count = std::size_t{0};
    for (int i = 0; i < kBatchesInARow && take_batch(count); ++i) {
    }
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
  while (done < run.bytes) {
    const net::UdpRoute route{to_net(run.route.local), to_net(run.route.remote)};
    const ByteView rest = ByteView(buffer_).subspan(done, run.bytes - done);
    CO_TRY_ASSIGN(const net::SendOutcome outcome,
                  socket_->send(rest, run.segment, route, static_cast<net::Ecn>(run.ecn)));
    done += outcome.bytes;
    if (outcome.status == net::SendStatus::Sent) continue;
    if (outcome.status == net::SendStatus::Blocked) {
      const std::shared_ptr<net::UdpSocket> socket = socket_;
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
    (void)socket_->send(ByteView(buffer_).first(run.bytes), run.segment, route, static_cast<net::Ecn>(run.ecn));
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
