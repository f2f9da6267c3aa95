#include <cstdint>
#include <cstdlib>

#include "codec/property/decode.h"
#include "proxy/gateway/broker/messages.h"

namespace broker = proxy::gateway::broker;

// What was understood is understood the same after it was written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const codec::ByteView bytes = std::as_bytes(std::span(data, size));

  const auto chain = codec::property::decode(bytes);
  if (!chain) return 0;
  const auto message = broker::decode_message(*chain);
  if (!message) return 0;
  const auto again = broker::decode_message(broker::encode(*message));
  if (!again || !(*again == *message)) std::abort();
  return 0;
}
