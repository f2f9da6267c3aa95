// What a first contact costs: the skeleton of a mailbox as 10,000 FETCH responses, a UID SEARCH, the face's own lines.
#include <benchmark/benchmark.h>

#include "proxy/imap/command_reader.h"
#include "proxy/imap/response_reader.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

constexpr int kMessages = 10000;

std::string skeleton() {
  std::string out;
  for (int i = 1; i <= kMessages; ++i) {
    out +=
        "* " + std::to_string(i) + " FETCH (UID " + std::to_string(i * 3) +
        " FLAGS (\\Seen \\Answered $Forwarded) INTERNALDATE \"17-Jul-2024 02:44:25 +0200\" RFC822.SIZE 48213 MODSEQ (" +
        std::to_string(900000 + i) + "))\r\n";
  }
  return out;
}

void parse_fetch_lines(benchmark::State& state) {
  const std::string text = skeleton();
  for (auto _ : state) {
    ResponseReader reader;
    std::string_view in = text;
    int count = 0;
    while (true) {
      auto event = reader.next(in);
      if (!event || !*event) break;
      ++count;
    }
    if (count != kMessages) state.SkipWithError("lost a response");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
  state.SetItemsProcessed(kMessages * state.iterations());
}
BENCHMARK(parse_fetch_lines)->Unit(benchmark::kMillisecond);

void stream_a_body(benchmark::State& state) {
  const std::string body(8 << 20, 'x');
  const std::string text = "* 1 FETCH (UID 7 BODY[] {" + std::to_string(body.size()) + "}\r\n" + body + ")\r\n";
  for (auto _ : state) {
    ResponseReader reader;
    for (std::size_t at = 0; at < text.size(); at += 65536) {
      std::string_view in = std::string_view(text).substr(at, 65536);
      while (true) {
        auto event = reader.next(in);
        benchmark::DoNotOptimize(event);
        if (!event || !*event) break;
      }
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(stream_a_body)->Unit(benchmark::kMicrosecond);

void write_fetch_lines(benchmark::State& state) {
  FlagSet flags{SystemFlag::Seen, SystemFlag::Answered};
  for (auto _ : state) {
    std::string out;
    for (std::uint32_t i = 1; i <= kMessages; ++i) {
      FetchWriter writer(out, SeqNumber{i});
      writer.uid(Uid{3 * i});
      writer.flags(flags);
      writer.size(48213);
      writer.end();
    }
    benchmark::DoNotOptimize(out);
  }
  state.SetItemsProcessed(kMessages * state.iterations());
}
BENCHMARK(write_fetch_lines)->Unit(benchmark::kMillisecond);

void parse_a_command(benchmark::State& state) {
  for (auto _ : state) {
    auto command =
        parse_command("a12 UID FETCH 1:500,1000:* (UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM TO)])");
    benchmark::DoNotOptimize(command);
  }
}
BENCHMARK(parse_a_command);

}  // namespace
}  // namespace proxy::imap
