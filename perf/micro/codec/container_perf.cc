#include <benchmark/benchmark.h>
#include <zlib.h>

#include <random>
#include <string>

#include "codec/container/closer.h"
#include "codec/container/opener.h"

namespace codec::container {
namespace {

constexpr std::size_t kBlock = 65'536;

std::string markup(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) {
    text += "<w:p w:rsidR=\"00" + std::to_string(random() % 90'000) + "\"><w:r><w:t>some words " +
            std::to_string(random()) + "</w:t></w:r></w:p>";
  }
  return text;
}

std::string gzipped(const std::string& text, int level, int memory, const int* tuning) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 31, memory, Z_DEFAULT_STRATEGY);
  if (tuning != nullptr) deflateTune(&stream, tuning[0], tuning[1], tuning[2], tuning[3]);
  std::string in = text;
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string zlib_stream() {
  return gzipped(markup(1'000'000), 6, 8, nullptr);
}
std::string word_stream() {
  constexpr int kWord[] = {4, 4, 258, 32};
  return gzipped(markup(1'000'000), 4, 7, kWord);
}

void open_octets(benchmark::State& state, const std::string& octets) {
  std::size_t content = 0;
  for (auto _ : state) {
    Opener opener;
    for (std::size_t at = 0; at < octets.size(); at += kBlock) {
      const OpenedBlock block = opener.open(as_bytes(std::string_view(octets).substr(at, kBlock)));
      content += block.content.size();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(content));
}
BENCHMARK_CAPTURE(open_octets, plain, markup(1'000'000));
BENCHMARK_CAPTURE(open_octets, zlib, zlib_stream());
BENCHMARK_CAPTURE(open_octets, word, word_stream());

void close_octets(benchmark::State& state, const std::string& octets) {
  Opener opener;
  std::vector<std::pair<OpenedBlock, std::size_t>> blocks;
  for (std::size_t at = 0; at < octets.size(); at += kBlock) {
    const ByteView block = as_bytes(std::string_view(octets).substr(at, kBlock));
    blocks.emplace_back(opener.open(block), block.size());
  }
  std::size_t content = 0;
  for (auto _ : state) {
    Closer closer;
    for (const auto& [block, size] : blocks) {
      benchmark::DoNotOptimize(closer.close(block.recipe, block.content, size));
      content += block.content.size();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(content));
}
BENCHMARK_CAPTURE(close_octets, zlib, zlib_stream());
BENCHMARK_CAPTURE(close_octets, word, word_stream());

void find_streams(benchmark::State& state) {
  const std::string octets = markup(1'000'000);
  for (auto _ : state) {
    StreamFinder finder;
    for (std::size_t at = 0; at < octets.size(); at += kBlock) {
      benchmark::DoNotOptimize(finder.next(as_bytes(std::string_view(octets).substr(at, kBlock)), 0));
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(octets.size()) * state.iterations());
}
BENCHMARK(find_streams);

}  // namespace
}  // namespace codec::container
