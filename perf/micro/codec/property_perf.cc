#include <benchmark/benchmark.h>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::property {
namespace {

// About the shape of one mail's overview: a dozen properties, a nested chain, 400 octets.
Chain overview() {
  Chain inner;
  for (unsigned i = 0; i < 4; ++i) inner.add(0x240 + i, Value::of_text("someone@mail.example"));
  Chain chain;
  for (unsigned i = 0; i < 8; ++i) chain.add(0x200 + i, Value::of_unsigned(i * 1000));
  chain.add(0x220, Value::of_text(std::string(200, 's')));
  chain.add(0x221, Value::of_bytes(Bytes(32, std::byte{5})));
  chain.add(0x222, Value::of_chain(std::move(inner)));
  return chain;
}

void encode_overview(benchmark::State& state) {
  const Chain chain = overview();
  Bytes out;
  for (auto _ : state) {
    out.clear();
    append(chain, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(encoded_size(chain)));
}
BENCHMARK(encode_overview);

void decode_overview(benchmark::State& state) {
  const Bytes bytes = encode(overview());
  for (auto _ : state) benchmark::DoNotOptimize(decode(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(decode_overview);

}  // namespace
}  // namespace codec::property
