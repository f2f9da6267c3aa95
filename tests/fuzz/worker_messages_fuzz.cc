#include <cstdint>
#include <cstdlib>

#include "codec/property/decode.h"
#include "proxy/gateway/worker/messages.h"

namespace worker = proxy::gateway::worker;

// What was understood is understood the same after it was written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const codec::ByteView bytes = std::as_bytes(std::span(data, size));
  (void)worker::decode_ticket(bytes);
  const auto chain = codec::property::decode(bytes);
  if (!chain) return 0;
  const auto message = worker::decode_message(*chain);
  if (!message) return 0;
  const auto again = worker::decode_message(worker::encode(*message));
  if (!again || !(*again == *message)) std::abort();
  return 0;
}
