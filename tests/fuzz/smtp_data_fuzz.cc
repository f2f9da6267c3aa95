// Any octets as DATA: the same outcome in any pieces, nothing bare passes; and what passes goes out again as one
// message.
#include <algorithm>
#include <cstdint>
#include <tuple>

#include "codec/base/check.h"
#include "proxy/smtp/data.h"

using namespace proxy;        // NOLINT
using namespace proxy::smtp;  // NOLINT

namespace {

struct Outcome {
  bool ended = false;
  std::size_t left = 0;
  std::optional<DataFault> fault;
  Bytes message;
};

Outcome read(ByteView bytes, std::size_t step) {
  DataReader reader(4096);
  Outcome outcome;
  while (!bytes.empty() && !outcome.ended) {
    ByteView in = bytes.first(std::min(step, bytes.size()));
    const std::size_t offered = in.size();
    outcome.ended = reader.next(in, outcome.message);
    bytes = bytes.subspan(offered - in.size());
  }
  outcome.left = bytes.size();
  outcome.fault = reader.fault();
  return outcome;
}

bool has_bare(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] == '\n') != (i > 0 && text[i - 1] == '\r')) return true;
  return text.ends_with('\r');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const Outcome whole = read(bytes, std::max<std::size_t>(size, 1));
  const Outcome single = read(bytes, 1);
  CHECK(whole.ended == single.ended && whole.left == single.left && whole.fault == single.fault);
  CHECK(whole.fault || whole.message == single.message);
  const std::string_view text = as_text(bytes);
  if (whole.ended) {
    const std::string_view taken = text.substr(0, text.size() - whole.left);
    CHECK(taken == ".\r\n" || taken.ends_with("\r\n.\r\n"));
    CHECK(taken.find("\r\n.\r\n") + 5 >= taken.size() || taken == ".\r\n");
  }
  if (whole.ended && !whole.fault) CHECK(!has_bare(as_text(whole.message)));

  DataWriter writer;
  Bytes out;
  const bool fine = writer.write(bytes, out) && writer.finish(out);
  CHECK(!has_bare(as_text(out)));
  if (fine) {
    const Outcome back = read(out, 3);
    CHECK(back.ended && back.left == 0);
    CHECK(back.fault || std::ranges::equal(back.message, bytes) || !text.ends_with("\r\n"));
  }
  return 0;
}
