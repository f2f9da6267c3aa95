#include <benchmark/benchmark.h>

#include <random>

#include "codec/chunk/chunker.h"

namespace codec::chunk {
namespace {

Bytes octets() {
  std::mt19937 random(1);
  Bytes made(4'000'000);
  for (std::byte& octet : made) octet = static_cast<std::byte>(random());
  return made;
}

void BM_Cut(benchmark::State& state) {
  const Bytes whole = octets();
  for (auto _ : state) {
    for (ByteView rest = whole; !rest.empty(); rest = rest.subspan(first_chunk(rest))) benchmark::DoNotOptimize(rest);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(whole.size()));
}
BENCHMARK(BM_Cut);

void BM_CutAndName(benchmark::State& state) {
  const Bytes whole = octets();
  for (auto _ : state) benchmark::DoNotOptimize(chunks_of(whole, 7));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(whole.size()));
}
BENCHMARK(BM_CutAndName);

}  // namespace
}  // namespace codec::chunk
