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

void encode_blocks(benchmark::State& state, const Coding& coding) {
  const Bytes raw = text(32 * 1024);
  BlockEncoder encoder(coding);
  Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(encoder.encode(raw, out));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK_CAPTURE(encode_blocks, zstd1, Coding{.level = 1});
BENCHMARK_CAPTURE(encode_blocks, zstd6, Coding{.level = 6});
BENCHMARK_CAPTURE(encode_blocks, zstd9, Coding{.level = 9, .window_log = 23});
BENCHMARK_CAPTURE(encode_blocks, lz4, Coding{.encoding = Encoding::Lz4});
BENCHMARK_CAPTURE(encode_blocks, zstd19, Coding{.level = 19});
BENCHMARK_CAPTURE(encode_blocks, mix, Coding{.encoding = Encoding::Mix});

// A first block, again and again.
void decode_blocks(benchmark::State& state, const Coding& coding) {
  const Bytes raw = text(32 * 1024);
  BlockEncoder encoder(coding);
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
BENCHMARK_CAPTURE(decode_blocks, zstd6, Coding{.level = 6});
BENCHMARK_CAPTURE(decode_blocks, lz4, Coding{.encoding = Encoding::Lz4});
BENCHMARK_CAPTURE(decode_blocks, mix, Coding{.encoding = Encoding::Mix});

}  // namespace
}  // namespace codec::compress
