#include <cstdint>

#include "proxy/flow/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  codec::ByteView in = std::as_bytes(std::span(data, size));
  proxy::flow::RequestParser parser;
  while (!in.empty()) {
    const auto step = parser.on_bytes(in);
    if (!step || step->used == 0 || step->target) break;
    in = in.subspan(step->used);
  }
  return 0;
}
