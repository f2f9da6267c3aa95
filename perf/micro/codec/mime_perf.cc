#include <benchmark/benchmark.h>

#include <string>

#include "codec/mime/section.h"
#include "codec/mime/splitter.h"
#include "codec/mime/structure.h"
#include "codec/mime/transfer.h"

namespace codec::mime {
namespace {

std::string big_mail(std::size_t body) {
  std::string mail =
      "Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
      "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::size_t end = mail.size() + body;
  while (mail.size() < end) mail += std::string(76, 'A') + "\r\n";
  return mail + "--b--\r\n";
}

void scan_attachment(benchmark::State& state) {
  const std::string mail = big_mail(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(scan(as_bytes(mail)));
  state.SetBytesProcessed(static_cast<std::int64_t>(mail.size()) * state.iterations());
}
BENCHMARK(scan_attachment)->Arg(4'000)->Arg(10'000'000);

void scan_many_parts(benchmark::State& state) {
  std::string mail = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 9'000; ++i) mail += "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n";
  for (auto _ : state) benchmark::DoNotOptimize(scan(as_bytes(mail)));
  state.SetBytesProcessed(static_cast<std::int64_t>(mail.size()) * state.iterations());
}
BENCHMARK(scan_many_parts);

std::string text_mail(std::size_t body, bool quoted) {
  std::string mail = "Subject: s\r\nContent-Type: text/plain; charset=utf-8\r\n";
  mail += quoted ? "Content-Transfer-Encoding: quoted-printable\r\n\r\n" : "\r\n";
  const std::size_t end = mail.size() + body;
  for (int i = 0; mail.size() < end; ++i) {
    mail += "line " + std::to_string(i) + " of a mail in a language with umlauts: ";
    mail += quoted ? "=C3=BCber M=C3=BCnchen =\r\n"
                   : "\xc3\xbc"
                     "ber M\xc3\xbcnchen\r\n";
  }
  return mail;
}

void split_octets(benchmark::State& state, const std::string& mail) {
  for (auto _ : state) {
    Splitter splitter;
    benchmark::DoNotOptimize(splitter.split(as_bytes(mail)));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(mail.size()) * state.iterations());
}
void join_octets(benchmark::State& state, const std::string& mail) {
  Splitter splitter;
  const SplitBlock block = splitter.split(as_bytes(mail));
  for (auto _ : state) benchmark::DoNotOptimize(join(block.layout, block.content, mail.size()));
  state.SetBytesProcessed(static_cast<std::int64_t>(mail.size()) * state.iterations());
}
BENCHMARK_CAPTURE(split_octets, base64, big_mail(250'000));
BENCHMARK_CAPTURE(split_octets, quoted, text_mail(250'000, true));
BENCHMARK_CAPTURE(split_octets, text, text_mail(250'000, false));
BENCHMARK_CAPTURE(join_octets, base64, big_mail(250'000));
BENCHMARK_CAPTURE(join_octets, quoted, text_mail(250'000, true));

void decode_base64(benchmark::State& state) {
  const std::string body = big_mail(1'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(decode_body(as_bytes(body), Encoding::Base64, body.size()));
  state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(decode_base64);

void pick_header_fields(benchmark::State& state) {
  std::string header;
  for (int i = 0; i < 40; ++i) header += "X-Field-" + std::to_string(i) + ": some value or other\r\n";
  header += "Subject: s\r\n\r\n";
  for (auto _ : state) benchmark::DoNotOptimize(pick_fields(as_bytes(header), {"Subject", "From", "Date"}, true));
}
BENCHMARK(pick_header_fields);

}  // namespace
}  // namespace codec::mime
