// The input as a peer's blocks: refused or bounded, the same in any pieces. And as raw octets: they come back.
#include <algorithm>
#include <cstdint>

#include "codec/base/check.h"
#include "codec/compress/block.h"

using namespace codec;            // NOLINT
using namespace codec::compress;  // NOLINT

namespace {

struct Outcome {
  bool good = true;
  Bytes out;
};

Outcome decode_all(ByteView bytes, std::size_t step, bool pass_over = false) {
  BlockDecoder decoder(20);
  if (pass_over) decoder.pass_over();
  Outcome outcome;
  while (!bytes.empty()) {
    ByteView in = bytes.first(std::min(step, bytes.size()));
    bytes = bytes.subspan(in.size());
    for (;;) {
      const std::size_t before = outcome.out.size();
      const auto block = decoder.next(in, outcome.out);
      CHECK(outcome.out.size() - before <= kMaxBlock);
      if (!block) {
        CHECK(outcome.out.size() == before);
        outcome.good = false;
        return outcome;
      }
      if (!*block) break;
      CHECK(outcome.out.size() - before == **block);
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const Outcome whole = decode_all(bytes, std::max<std::size_t>(size, 1));
  const Outcome pieces = decode_all(bytes, 7);
  CHECK(whole.good == pieces.good && whole.out == pieces.out);
  CHECK(decode_all(bytes, 7, true).out.size() <= whole.out.size() || !whole.good);

  for (const Coding& coding : {Coding{.level = 1, .window_log = 12}, Coding{.encoding = Encoding::Lz4}}) {
    BlockEncoder encoder(coding);
    Bytes coded;
    CHECK(encoder.encode(bytes.first(size / 2), coded));
    CHECK(encoder.encode(bytes.subspan(size / 2), coded));
    CHECK(coded.size() <= size + size / 1000 + 64);
    const Outcome back = decode_all(coded, 11);
    CHECK(back.good && std::ranges::equal(back.out, bytes));
  }
  return 0;
}
