// Bytes are refused or come back octet for octet; the streaming and the framed reader agree with decode at every cut.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "codec/base/check.h"
#include "codec/property/dump.h"
#include "codec/property/frame.h"
#include "codec/property/stream.h"

using namespace codec;            // NOLINT
using namespace codec::property;  // NOLINT

namespace {

std::optional<Chain> streamed(ByteView bytes, std::size_t step) {
  ChainReader::StreamLimits limits;
  limits.max_inline = 64;
  ChainReader reader(limits);
  Chain chain;
  Bytes body;
  Id id = 0;
  while (!bytes.empty()) {
    ByteView in = bytes.first(std::min(step, bytes.size()));
    bytes = bytes.subspan(in.size());
    for (;;) {
      ChainEvent event;
      const auto any = reader.next(in, event);
      if (!any) return std::nullopt;
      if (!*any) break;
      if (auto* entry = std::get_if<Entry>(&event)) chain.add(entry->id, std::move(entry->value));
      if (auto* begin = std::get_if<BytesBegin>(&event)) id = begin->id;
      if (auto* piece = std::get_if<BytesPiece>(&event))
        body.insert(body.end(), piece->bytes.begin(), piece->bytes.end());
      if (std::holds_alternative<BytesEnd>(event)) chain.add(id, Value::of_bytes(std::exchange(body, {})));
    }
  }
  return reader.finish() ? std::optional(std::move(chain)) : std::nullopt;
}

void check_frames(ByteView bytes, std::size_t step) {
  FrameReader reader;
  while (!bytes.empty()) {
    ByteView in = bytes.first(std::min(step, bytes.size()));
    bytes = bytes.subspan(in.size());
    for (;;) {
      const auto chain = reader.next(in);
      if (!chain) return;
      if (!*chain) break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const auto chain = decode(bytes);
  if (chain) {
    CHECK(std::ranges::equal(encode(*chain), bytes));
    (void)dump(*chain);
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::max<std::size_t>(size, 1)}) {
    const auto other = streamed(bytes, step);
    if (other) CHECK(chain && *chain == *other);  // not the reverse: only the stream has an inline limit
    check_frames(bytes, step);
  }
  for (std::size_t cut = 0; cut < std::min<std::size_t>(size, 64); ++cut) {
    const auto front = decode(bytes.first(cut));
    if (front) CHECK(std::ranges::equal(encode(*front), bytes.first(cut)));
  }
  return 0;
}
