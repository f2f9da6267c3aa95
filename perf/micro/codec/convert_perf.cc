#include <benchmark/benchmark.h>

#include <string>

#include "codec/convert/overview.h"
#include "codec/convert/search_text.h"
#include "codec/convert/write.h"

namespace codec::convert {
namespace {

std::string usual_mail() {
  std::string mail =
      "From: =?utf-8?q?J=C3=B6rg?= <j@x.test>\r\nTo: Ann <ann@x.test>, bob@y.test\r\nSubject: "
      "=?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n"
      "Date: Mon, 2 Feb 2026 10:00:00 +0100\r\nMessage-ID: <1@x.test>\r\nContent-Type: text/plain; "
      "charset=utf-8\r\n\r\n";
  for (int i = 0; i < 60; ++i) mail += "A line of ordinary text, as people write it, of about seventy octets.\r\n";
  return mail;
}

void overview_of_a_usual_mail(benchmark::State& state) {
  const std::string mail = usual_mail();
  for (auto _ : state) benchmark::DoNotOptimize(overview(as_bytes(mail)));
}
BENCHMARK(overview_of_a_usual_mail);

void write_what_a_list_asks(benchmark::State& state) {
  const std::string mail = usual_mail();
  const Overview o = overview(as_bytes(mail));
  for (auto _ : state) {
    std::string text;
    write_envelope(text, o.envelope);
    write_body_structure(text, o.structure);
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(write_what_a_list_asks);

void search_a_usual_mail(benchmark::State& state) {
  const std::string mail = usual_mail();
  for (auto _ : state) benchmark::DoNotOptimize(contains_text(as_bytes(mail), {}, "not there"));
  state.SetBytesProcessed(static_cast<std::int64_t>(mail.size()) * state.iterations());
}
BENCHMARK(search_a_usual_mail);

void half_a_million_addresses(benchmark::State& state) {
  std::string header = "To: ";
  for (int i = 0; i < 500'000; ++i) header += "a@b,";
  header += "\r\n\r\n";
  for (auto _ : state) benchmark::DoNotOptimize(overview_of_header(as_bytes(header), header.size()));
}
BENCHMARK(half_a_million_addresses);

}  // namespace
}  // namespace codec::convert
