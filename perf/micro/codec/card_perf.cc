#include <benchmark/benchmark.h>

#include <string>

#include "codec/convert/card/calendar_view.h"
#include "codec/convert/card/card_chain.h"
#include "codec/property/difference.h"
#include "codec/property/encode.h"

namespace codec::convert::card {
namespace {

// A calendar of that many events, as a subscription has it.
std::string calendar(int events, const std::string& stamp) {
  std::string text =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Tide Table 3.1//EN\r\nBEGIN:VTIMEZONE\r\nTZID:North\r\n"
      "BEGIN:STANDARD\r\nDTSTART:19981025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
      "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
  for (int i = 0; i < events; ++i) {
    const std::string number = std::to_string(i);
    text += "BEGIN:VEVENT\r\nUID:" + number + "-watch@boats.example\r\nDTSTAMP:" + stamp +
            "\r\nDTSTART;TZID=North:20260309T140000\r\nDURATION:PT1H30M\r\nSUMMARY:Harbour watch " + number +
            "\r\nDESCRIPTION:Who takes which night.\\nPlease bring the list of last year and the keys\r\n  of the boat "
            "house\r\nORGANIZER;CN=Ann Pilot:mailto:ann@boats.example\r\nSEQUENCE:0\r\nEND:VEVENT\r\n";
  }
  return text + "END:VCALENDAR\r\n";
}

void set_octets(benchmark::State& state, std::size_t octets) {
  state.SetBytesProcessed(static_cast<std::int64_t>(octets) * state.iterations());
}

void card_to_chain_octets(benchmark::State& state) {
  const std::string text = calendar(static_cast<int>(state.range(0)), "20260201T101500Z");
  for (auto _ : state) benchmark::DoNotOptimize(property::encode(*to_chain(text)));
  set_octets(state, text.size());
}
BENCHMARK(card_to_chain_octets)->Arg(1)->Arg(1000);

void chain_to_card_text(benchmark::State& state) {
  const std::string text = calendar(static_cast<int>(state.range(0)), "20260201T101500Z");
  const property::Chain chain = *to_chain(text);
  for (auto _ : state) benchmark::DoNotOptimize(*to_text(chain));
  set_octets(state, text.size());
}
BENCHMARK(chain_to_card_text)->Arg(1)->Arg(1000);

void view_a_calendar(benchmark::State& state) {
  const property::Chain chain = *to_chain(calendar(static_cast<int>(state.range(0)), "20260201T101500Z"));
  for (auto _ : state) benchmark::DoNotOptimize(calendar_items(chain));
}
BENCHMARK(view_a_calendar)->Arg(1)->Arg(1000);

void difference_of_revisions(benchmark::State& state) {
  const property::Chain base = *to_chain(calendar(static_cast<int>(state.range(0)), "20260201T101500Z"));
  const property::Chain next = *to_chain(calendar(static_cast<int>(state.range(0)), "20260202T101500Z"));
  for (auto _ : state) benchmark::DoNotOptimize(property::difference(base, next, kUid.id));
}
BENCHMARK(difference_of_revisions)->Arg(1)->Arg(1000);

// One line of a megabyte that is folded at every octet.
void a_line_of_folds(benchmark::State& state) {
  std::string text = "BEGIN:VCARD\r\nNOTE:";
  for (int i = 0; i < 250'000; ++i) text += i % 2 ? "x\r\n " : "y\n\t";
  text += "\r\nEND:VCARD\r\n";
  for (auto _ : state) benchmark::DoNotOptimize(to_chain(text));
  set_octets(state, text.size());
}
BENCHMARK(a_line_of_folds);

}  // namespace
}  // namespace codec::convert::card
