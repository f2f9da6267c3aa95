// What is read must be written and read again as the same target.
#include <cstdint>

#include "booster/http/connect_request.h"
#include "codec/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const codec::ByteView in = std::as_bytes(std::span(data, size));
  const auto read = booster::http::parse_connect_request(in);
  if (!read || !*read) return 0;
  CHECK((*read)->used <= in.size());
  const auto written = booster::http::write_connect_request((*read)->target, {});
  const auto again = booster::http::parse_connect_request(written.reveal());
  CHECK(again && *again && (*again)->target.to_string() == (*read)->target.to_string());
  CHECK((*again)->used == written.size());
  return 0;
}
