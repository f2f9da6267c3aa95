// What a transfer costs both ends of a connection, session included, without sockets: real sealing, no network.
#include <benchmark/benchmark.h>

#include "tests/booster/transport/couple.h"

namespace booster::transport {
namespace {

constexpr std::size_t kWritten = std::size_t{64} << 10;
constexpr Duration kStep = std::chrono::microseconds(500);

// One stream from gateway to client, on a path that takes everything at once.
class Download {
 public:
  Download() : buffer_(std::size_t{64} << 10), text_(kWritten) {
    CHECK(couple_.establish());
    stream_ = *couple_.gateway_session().open(session::Class::Flow, {});
  }

  // Until so much more has been read.
  void move(std::uint64_t octets) {
    const std::uint64_t until = read_ + octets;
    while (read_ < until) step();
  }
  std::uint64_t packets() const { return packets_; }

 private:
  void step() {
    couple_.now += kStep;
    if (couple_.gateway().next_deadline(couple_.now) <= couple_.now) couple_.gateway().on_deadline(couple_.now);
    if (couple_.client().next_deadline(couple_.now) <= couple_.now) couple_.client().on_deadline(couple_.now);
    while (couple_.gateway_session().write(stream_, text_) > 0) continue;
    while (pass(couple_.gateway(), couple_.client(), Couple::client_route())) continue;
    while (const std::size_t count = couple_.client_session().read(stream_, text_)) read_ += count;
    while (pass(couple_.client(), couple_.gateway(), Couple::gateway_route())) continue;
    couple_.take_events();
    while (couple_.client_session().next_event()) continue;
    while (couple_.gateway_session().next_event()) continue;
  }

  bool pass(Connection& from, Connection& to, const Route& route) {
    const DatagramRun run = from.next_datagrams(buffer_, couple_.now);
    for (std::size_t at = 0; at < run.bytes; at += run.segment) {
      const std::size_t size = std::min(run.segment, run.bytes - at);
      to.on_datagram(route, std::span(buffer_).subspan(at, size), run.ecn, couple_.now);
      ++packets_;
    }
    return run.bytes > 0;
  }

  Couple couple_;
  session::StreamId stream_;
  Bytes buffer_;
  Bytes text_;
  std::uint64_t read_ = 0;
  std::uint64_t packets_ = 0;
};

void transfer(benchmark::State& state) {
  constexpr std::uint64_t kMoved = std::uint64_t{8} << 20;
  Download download;
  download.move(4 * kMoved);  // until it knows its rate
  const std::uint64_t before = download.packets();
  for (auto _ : state) download.move(kMoved);
  state.SetBytesProcessed(static_cast<std::int64_t>(kMoved * state.iterations()));
  state.counters["packets"] =
      benchmark::Counter(static_cast<double>(download.packets() - before), benchmark::Counter::kIsRate);
}
BENCHMARK(transfer);

}  // namespace
}  // namespace booster::transport
