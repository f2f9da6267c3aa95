// Bytes through a pair of sessions: written, filled into records, taken from records, read. No encryption, no socket.
#include <benchmark/benchmark.h>

#include "booster/session/session.h"

namespace {

using namespace booster::session;

void transfer(benchmark::State& state, std::size_t record_size, std::uint64_t streams) {
  const TimePoint now{std::chrono::seconds(1)};
  Session client(Role::Client), gateway(Role::Gateway);
  client.attach(now);
  gateway.attach(now);
  std::vector<StreamId> ids;
  for (std::uint64_t i = 0; i < streams; ++i) ids.push_back(*client.open(Class::Bodies, {}));
  const std::vector<std::byte> data(std::size_t{64} << 10, std::byte{7});
  std::vector<std::byte> record(record_size), back(kMaxRecord);
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (const StreamId id : ids) client.write(id, std::span(data).first(std::min(data.size(), client.write_room(id))));
    for (std::size_t filled = 1; filled > 0;) {
      filled = client.fill(record, now, nullptr);
      benchmark::DoNotOptimize(gateway.on_frames(std::span(record).first(filled), now));
    }
    for (const StreamId id : ids) {
      for (auto part = gateway.peek(id); !part.empty(); part = gateway.peek(id)) {
        bytes += static_cast<std::int64_t>(part.size());
        gateway.consume(id, part.size());
      }
    }
    const std::size_t answered = gateway.fill(back, now, nullptr);
    benchmark::DoNotOptimize(client.on_frames(std::span(back).first(answered), now));
    while (client.next_event() || gateway.next_event()) {
    }
  }
  state.SetBytesProcessed(bytes);
}

void BM_OneStreamFullRecords(benchmark::State& state) {
  transfer(state, kMaxRecord, 1);
}
void BM_EightStreamsFullRecords(benchmark::State& state) {
  transfer(state, kMaxRecord, 8);
}
void BM_OneStreamPackets(benchmark::State& state) {
  transfer(state, 1172, 1);
}
void BM_OpenAnswerEnd(benchmark::State& state) {
  const TimePoint now{std::chrono::seconds(1)};
  Session client(Role::Client), gateway(Role::Gateway);
  client.attach(now);
  gateway.attach(now);
  std::vector<std::byte> record(kMaxRecord);
  const auto carry = [&](Session& from, Session& to) {
    const std::size_t filled = from.fill(record, now, nullptr);
    benchmark::DoNotOptimize(to.on_frames(std::span(record).first(filled), now));
  };
  for (auto _ : state) {
    const StreamId id = *client.open(Class::Interactive, {});
    client.write(id, booster::as_bytes("question"));
    client.finish(id);
    carry(client, gateway);
    gateway.consume(id, gateway.peek(id).size());
    gateway.write(id, booster::as_bytes("answer"));
    gateway.finish(id);
    carry(gateway, client);
    client.consume(id, client.peek(id).size());
    while (client.next_event() || gateway.next_event()) {
    }
    client.on_deadline(now + kAckDelay);
    carry(client, gateway);
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BM_OneStreamFullRecords);
BENCHMARK(BM_EightStreamsFullRecords);
BENCHMARK(BM_OneStreamPackets);
BENCHMARK(BM_OpenAnswerEnd);

}  // namespace
