#include <benchmark/benchmark.h>

#include <string>

#include "codec/figure/figures.h"

namespace codec::figure {
namespace {

std::string headers(std::size_t size) {
  std::string text;
  for (unsigned i = 0; text.size() < size; ++i) {
    text += "Received: from mail.example.org by mx.example.net (Postfix) with ESMTPS id 4B1D9F0C2E" +
            std::to_string(i % 10) + "A;\r\n\tTue, 11 Jun 2024 06:0" + std::to_string(i % 10) + ":07 +0200 (CEST)\r\n" +
            "DKIM-Signature: v=1; bh=IOh0cKmm5wfcipC5/MYlbWGyW6Eo6ZdXpdNvINb8jBg=;\r\n" +
            "Subject: the tide tables of the harbour, once more\r\n";
  }
  return text;
}
std::string prose(std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += "The ferry leaves at noon, and whoever wants to be on board is there at eleven.\r\n";
  return text;
}

void take(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(take_figures(as_bytes(text)));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
void put(benchmark::State& state, const std::string& text) {
  const TextAndFigures taken = take_figures(as_bytes(text));
  for (auto _ : state) benchmark::DoNotOptimize(put_figures(taken.text, taken.figures, text.size()));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK_CAPTURE(take, headers, headers(64'000));
BENCHMARK_CAPTURE(take, prose, prose(64'000));
BENCHMARK_CAPTURE(put, headers, headers(64'000));

}  // namespace
}  // namespace codec::figure
