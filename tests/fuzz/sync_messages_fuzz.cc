#include <cstdint>
#include <cstdlib>

#include "codec/property/decode.h"
#include "proxy/sync/control.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"

namespace {

// What was understood is understood the same after it was written again.
template <class Decode>
void twice(const codec::property::Chain& chain, Decode decode) {
  const auto message = decode(chain);
  if (!message) return;
  const auto again = decode(proxy::sync::encode(*message));
  if (!again || !(*again == *message)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const codec::ByteView bytes = std::as_bytes(std::span(data, size));
  (void)proxy::sync::decode_purpose(bytes);
  const auto chain = codec::property::decode(bytes);
  if (!chain) return 0;
  twice(*chain, proxy::sync::decode_control);
  twice(*chain, proxy::sync::decode_up);
  twice(*chain, proxy::sync::decode_feed);
  twice(*chain, proxy::sync::decode_item);
  twice(*chain, proxy::sync::decode_operation);
  return 0;
}
