#include "booster/carrier/udp_client.h"

#include "booster/net/tcp.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr auto kEstablishLimit = std::chrono::seconds(20);  // a flight lost three times on a GEO link

}  // namespace

struct UdpCarrier::Machine final : DatagramMachine {
  explicit Machine(transport::Connection& to) : connection(to) {}

  void on_datagram(const transport::Route& route, std::span<std::byte> bytes, transport::Ecn ecn,
                   runtime::TimePoint now) override {
    if (!paths->arrived()) paths->arrive();
    connection.on_datagram(route, bytes, ecn, now);
  }
  void on_deadline(runtime::TimePoint now) override { connection.on_deadline(now); }
  runtime::TimePoint next_deadline(runtime::TimePoint now) const override { return connection.next_deadline(now); }
  transport::DatagramRun next_datagrams(std::span<std::byte> into, runtime::TimePoint now) override {
    return connection.next_datagrams(into, now);
  }
  void on_too_large(const transport::Route& route, std::size_t size, runtime::TimePoint now) override {
    connection.on_too_large(route, size, now);
  }
  void settle(runtime::TimePoint) override {
    while (const std::optional<transport::Event> event = connection.next_event()) carrier->take(*event);
    carrier->after_input();
  }

  transport::Connection& connection;
  UdpCarrier* carrier = nullptr;
  UdpPaths* paths = nullptr;
};

struct UdpCarrier::Parts {
  Parts(runtime::Loop& loop, std::unique_ptr<tls::MemoryHandshake> tls, std::unique_ptr<net::UdpSocket> socket,
        const net::UdpEndpoint& gateway, const UdpMemory& memory)
      : exchange(std::move(tls)),
        connection(settings_from(memory), exchange, entropy, {{{}, socket->local().port}, to_transport(gateway)},
                   loop.now()),
        machine(connection),
        port(loop, std::move(socket), machine),
        paths(loop, connection, port, *memory.networks, *memory.ways, memory.gateway) {}

  static transport::Settings settings_from(const UdpMemory& memory) {
    transport::Settings settings;
    settings.role = session::Role::Client;
    settings.token = memory.token;
    return settings;
  }

  SystemEntropy entropy;
  TlsExchange exchange;
  transport::Connection connection;
  Machine machine;
  UdpPort port;
  UdpPaths paths;
};

UdpCarrier::UdpCarrier(runtime::Loop& loop, std::unique_ptr<Parts> parts, std::shared_ptr<UdpMemory> memory,
                       const PacketTimes& times)
    : PacketCarrier(loop, parts->connection, parts->exchange.tls(), times),
      parts_(std::move(parts)),
      memory_(std::move(memory)) {
  parts_->machine.carrier = this;
  parts_->machine.paths = &parts_->paths;
}

// The end is told, once; who does not hear it finds out by a reset.
UdpCarrier::~UdpCarrier() {
  remember();
  connection().close(Error(Errc::Closed, "left"), loop().now());
  end_trace();
  parts_->port.send_now();
}

bool UdpCarrier::resumed() const {
  return parts_->exchange.resumed();
}

void UdpCarrier::wake() {
  parts_->port.wake();
}

void UdpCarrier::take(const transport::Event& event) {
  if (const auto* given = std::get_if<transport::TokenGiven>(&event)) memory_->token = given->token;
  parts_->paths.on_event(event);
  on_event(event);
}

void UdpCarrier::remember() {
  if (Bytes ticket = parts_->exchange.tls().take_ticket(); !ticket.empty()) memory_->ticket = std::move(ticket);
  parts_->paths.remember();
}

// Without a socket nothing is heard, not even the deadlines that would notice.
Task<Result<>> UdpCarrier::serve_port() {
  const Result<> end = co_await parts_->port.serve();
  if (!end && end.error().code != Errc::Cancelled) fail_with(end.error());
  co_return end;
}

// Runs the socket while `task` runs: nobody else does. Not in our own scope: who is cancelled still says so.
template <class T>
Task<Result<T>> UdpCarrier::pumped(Task<Result<T>> task) {
  Task<Result<T>> own = std::move(task);
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope pump(loop(), loop().scope(), ignore);
  pump.spawn("udp port", serve_port());
  Result<T> result = co_await std::move(own);
  pump.cancel();
  co_await pump.join();
  parts_->port.send_now();
  remember();
  co_return result;
}

Task<Result<>> UdpCarrier::wait_established() {
  while (!established()) {
    if (closed()) co_return tl::unexpected(closed()->error);
    CO_TRY(co_await changed().wait());
  }
  co_return Result<>();
}

Task<Result<Bytes>> UdpCarrier::read_greeting(std::size_t limit) {
  Task<Result<Bytes>> task = PacketCarrier::read_greeting(limit);
  co_return co_await pumped(std::move(task));
}

Task<Result<>> UdpCarrier::carry(Mux& mux, OnAnswer on_answer) {
  Task<Result<>> task = PacketCarrier::carry(mux, std::move(on_answer));
  co_return co_await pumped(std::move(task));
}

Task<Result<>> UdpCarrier::finish() {
  Task<Result<>> task = PacketCarrier::finish();
  co_return co_await pumped(std::move(task));
}

void UdpCarrier::network_changed() {
  if (established() && !closed()) parts_->paths.network_changed();
}

Task<Result<std::unique_ptr<UdpCarrier>>> UdpCarrier::connect(runtime::Loop& loop, const tls::Context& context,
                                                              const net::Address& gateway, std::string host,
                                                              std::shared_ptr<UdpMemory> memory,
                                                              const PacketTimes& times) {
  CO_TRY_ASSIGN(std::unique_ptr<net::UdpSocket> socket, open_udp_towards(loop, gateway));
  CO_TRY_ASSIGN(const net::UdpEndpoint remote, net::UdpEndpoint::of(gateway));
  std::unique_ptr<tls::MemoryHandshake> tls = tls::MemoryHandshake::client(context, std::move(host), {});
  if (!memory->ticket.empty()) {
    (void)tls->use_ticket(memory->ticket);  // of another time or gateway: goes on without
    memory->ticket.clear();                 // each is used once
  }
  auto parts = std::make_unique<Parts>(loop, std::move(tls), std::move(socket), remote, *memory);
  memory->token.clear();
  std::unique_ptr<UdpCarrier> carrier(new UdpCarrier(loop, std::move(parts), std::move(memory), times));
  Task<Result<>> task = carrier->wait_established();
  const Result<> established = co_await runtime::with_timeout(kEstablishLimit, carrier->pumped(std::move(task)));
  if (!established) co_return tl::unexpected(Error(established.error()).context("udp " + gateway.to_string()));
  co_return carrier;
}

Task<Result<std::unique_ptr<Carrier>>> UdpDialer::dial() {
  CO_TRY_ASSIGN(const std::vector<net::Address> addresses, co_await net::resolve(host_, port_));
  Error last(Errc::NotFound, "resolve " + host_ + ": no address");
  for (const net::Address& address : addresses) {
    Result<std::unique_ptr<UdpCarrier>> carrier =
        co_await UdpCarrier::connect(loop_, context_, address, host_, memory_, times_);
    if (carrier) co_return std::unique_ptr<Carrier>(std::move(*carrier));
    last = carrier.error();
    if (last.code == Errc::Cancelled || last.code == Errc::Denied) break;
  }
  co_return tl::unexpected(last);
}

}  // namespace booster::carrier
