#include "proxy/messaging/carried.h"

#include <algorithm>

#include "codec/base/bytes.h"

namespace proxy::messaging {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
constexpr std::uint64_t kMostMicroseconds = std::uint64_t{1} << 50;  // 35 years: no overflow in nanoseconds

template <class Carries, class Do>
Result<> each_count(Carries& carried, Do act) {
  for (auto* const count : {&carried.items, &carried.referring, &carried.fell_back, &carried.raw, &carried.unwrapped,
                            &carried.references, &carried.referred, &carried.coded})
    TRY(act(*count));
  for (auto& count : carried.by) TRY(act(count));
  return {};
}

}  // namespace

Carried& Carried::operator+=(const Carried& other) {
  items += other.items;
  referring += other.referring;
  fell_back += other.fell_back;
  raw += other.raw;
  unwrapped += other.unwrapped;
  references += other.references;
  referred += other.referred;
  coded += other.coded;
  cpu += other.cpu;
  for (std::size_t i = 0; i < by.size(); ++i) by[i] += other.by[i];
  return *this;
}

void Carried::charge(const Cost& cost) {
  coded += cost.coded;
  cpu += cost.cpu;
  for (std::size_t i = 0; i < by.size(); ++i) by[i] += cost.by[i];
}

void Carried::count(const codec::content::Block& block) {
  raw += block.written;
  unwrapped += block.layout.size() + block.recipe.size() + block.repeats.size() + block.content.size();
}

codec::compress::Encoding mostly(const Carried& carried) {
  const auto most = std::max_element(carried.by.begin(), carried.by.end());
  return static_cast<codec::compress::Encoding>(most - carried.by.begin());
}

std::string_view to_string(codec::compress::Encoding encoding) {
  using codec::compress::Encoding;
  switch (encoding) {
    case Encoding::ZstdWindow:
      return "zstd";
    case Encoding::Mix:
      return "mix";
    case Encoding::Lz4:
      return "lz4";
    case Encoding::Stored:
    case Encoding::Padding:
      break;
  }
  return "stored";
}

Bytes pack_carried(const Carried& carried) {
  Bytes packed;
  codec::ByteWriter writer(packed);
  (void)each_count(carried, [&writer](std::uint64_t count) -> Result<> {
    writer.varint(count);
    return {};
  });
  writer.varint(static_cast<std::uint64_t>(duration_cast<microseconds>(carried.cpu).count()));
  return packed;
}

Result<Carried> unpack_carried(ByteView packed) {
  Carried carried;
  codec::ByteReader reader(packed);
  TRY(each_count(carried, [&reader](std::uint64_t& count) -> Result<> {
    TRY_ASSIGN(count, reader.varint());
    return {};
  }));
  TRY_ASSIGN(const std::uint64_t cpu, reader.varint());
  if (cpu > kMostMicroseconds || !reader.empty()) return fail(Errc::Protocol, "carried: not as it is packed");
  carried.cpu = microseconds(cpu);
  return carried;
}

}  // namespace proxy::messaging
