// What items cost to carry: one of them, or the sum of many.
#pragma once
#include "codec/content/block.h"
#include "proxy/messaging/cost.h"

namespace proxy::messaging {

struct Carried {
  std::uint64_t items = 0;      // that arrived
  std::uint64_t referring = 0;  // of these, coded against others
  std::uint64_t fell_back = 0;  // a digest differed: carried once more, raw
  std::uint64_t raw = 0;        // octets as they stand in the mailbox
  std::uint64_t unwrapped = 0;  // transfer encodings undone and containers opened, with what it takes to redo that
  std::uint64_t references = 0;
  std::uint64_t referred = 0;        // octets of these: what the window had seen
  std::uint64_t coded = 0;           // octets on the link, those of tries that came to nothing included
  booster::runtime::Duration cpu{};  // at this end
  std::array<std::uint64_t, codec::compress::kEncodings> by{};  // what was packed, by encoding

  Carried& operator+=(const Carried& other);
  void charge(const Cost& cost);
  void count(const codec::content::Block& block);
  bool operator==(const Carried&) const = default;
};
// What most of it was packed with.
codec::compress::Encoding mostly(const Carried& carried);
std::string_view to_string(codec::compress::Encoding encoding);

// Between processes of one program: varints in the order above, cpu in microseconds.
Bytes pack_carried(const Carried& carried);
Result<Carried> unpack_carried(ByteView packed);  // Errors  Protocol

}  // namespace proxy::messaging
