// Datagrams through loopback, sent and taken in one thread, with and without the joining of segments each way.
#include <benchmark/benchmark.h>

#include "booster/net/udp_socket.h"
#include "booster/runtime/loop.h"

namespace {

using namespace booster::net;

constexpr std::size_t kSegment = 1200;

void pump(benchmark::State& state, std::size_t datagrams, bool gso, bool gro, bool batches) {
  booster::runtime::Loop loop;
  UdpOptions options;
  options.bind = *Address::parse("127.0.0.1:0");
  options.send_segments = gso;
  options.receive_segments = gro;
  options.batches = batches;
  auto from = UdpSocket::open(loop, options).value();
  auto to = UdpSocket::open(loop, options).value();
  UdpRoute route;
  route.remote = to->local();
  const booster::Bytes run(datagrams * kSegment);
  UdpBatch batch;
  std::int64_t taken = 0;
  for (auto _ : state) {
    if (from->send(run, kSegment, route, Ecn::Ect0)->bytes != run.size()) state.SkipWithError("not all sent");
    for (std::size_t now = to->receive(batch).value(); now > 0; now = to->receive(batch).value())
      taken += static_cast<std::int64_t>(now);
  }
  if (taken != state.iterations() * static_cast<std::int64_t>(datagrams)) state.SkipWithError("datagrams lost");
  state.SetItemsProcessed(taken);
  state.SetBytesProcessed(taken * static_cast<std::int64_t>(kSegment));
}

void BM_UdpOneByOne(benchmark::State& state) {
  pump(state, 32, false, false, false);
}
void BM_UdpBatches(benchmark::State& state) {
  pump(state, 32, false, false, true);
}
void BM_UdpGsoOnly(benchmark::State& state) {
  pump(state, 32, true, false, true);
}
void BM_UdpGsoAndGro(benchmark::State& state) {
  pump(state, 32, true, true, true);
}
void BM_UdpLoneDatagram(benchmark::State& state) {
  pump(state, 1, true, true, true);
}

BENCHMARK(BM_UdpOneByOne);
BENCHMARK(BM_UdpBatches);
BENCHMARK(BM_UdpGsoOnly);
BENCHMARK(BM_UdpGsoAndGro);
BENCHMARK(BM_UdpLoneDatagram);

}  // namespace
