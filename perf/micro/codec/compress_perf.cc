#include <benchmark/benchmark.h>

#include "codec/compress/block.h"

namespace codec::compress {
namespace {

Bytes text(std::size_t size) {
  static constexpr const char* kWords[] = {"harbour ", "letter ", "tide ", "signal ", "to the captain ", "\r\n"};
  std::string out;
  for (unsigned seed = 1; out.size() < size; out += kWords[(seed >> 16) % 6]) seed = seed * 1664525 + 1013904223;
  return to_bytes(out.substr(0, size));
}

void encode_blocks(benchmark::State& state) {
  const Bytes raw = text(32 * 1024);
  BlockEncoder encoder(static_cast<int>(state.range(0)));
  Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(encoder.encode(raw, out));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK(encode_blocks)->Arg(1)->Arg(6)->Arg(19);

void decode_blocks(benchmark::State& state) {
  const Bytes raw = text(32 * 1024);
  BlockEncoder encoder;
  Bytes block;
  if (!encoder.encode(raw, block)) state.SkipWithError("encode");
  Bytes out;
  BlockDecoder decoder;
  for (auto _ : state) {
    out.clear();
    ByteView in = block;
    benchmark::DoNotOptimize(decoder.next(in, out));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK(decode_blocks);

}  // namespace
}  // namespace codec::compress
