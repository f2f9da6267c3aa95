// Any text comes back or is refused, has views, and is a revision of any other; any octets taken for a chain or for a
// difference are refused or give what they say.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/convert/card/calendar_view.h"
#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/contact_view.h"
#include "codec/property/decode.h"
#include "codec/property/difference.h"
#include "codec/property/encode.h"

namespace {

namespace card = codec::convert::card;
namespace property = codec::property;

void look_at(const property::Chain& chain) {
  (void)card::calendar_items(chain);
  (void)card::contacts(chain);
}

codec::Result<property::Chain> there_and_back(std::string_view text) {
  auto chain = card::to_chain(text);
  if (!chain) {
    if (chain.error().what == "card: does not come back") std::abort();
    return chain;
  }
  const auto received = property::decode(property::encode(*chain));
  if (!received || *received != *chain) std::abort();
  look_at(*received);
  return chain;
}

void revise(const property::Chain& base, const property::Chain& next) {
  const auto again = property::apply(base, property::difference(base, next, card::kUid.id));
  if (!again || *again != next) std::abort();
}

void hostile(const property::Chain& base, codec::ByteView octets) {
  if (const auto next = property::apply(base, {codec::Bytes(octets.begin(), octets.end())})) {
    if (const auto text = card::to_text(*next)) (void)there_and_back(*text);
    look_at(*next);
  }
  if (const auto chain = property::decode(octets)) {
    if (const auto text = card::to_text(*chain)) (void)there_and_back(*text);
    look_at(*chain);
    revise(base, *chain);
  }
}

}  // namespace

// Two octets say where the first half ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t cut = data[0] | std::size_t{data[1]} << 8;
  const codec::ByteView octets = std::as_bytes(std::span(data + 2, size - 2));
  const codec::ByteView front = octets.first(std::min(cut, octets.size()));
  const codec::ByteView back = octets.subspan(front.size());
  const auto base = there_and_back(codec::as_text(front));
  const auto next = there_and_back(codec::as_text(back));
  if (base && next) revise(*base, *next);
  hostile(base ? *base : property::Chain(), back);
  return 0;
}
