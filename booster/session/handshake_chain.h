// Reads and writes the handshake's property chains; the only place of this folder that knows codec/property.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "booster/session/types.h"
#include "codec/property/chain.h"

namespace booster::session {

// Property ids of the session's own messages (codec/property/registry.h, kSessionIds). Source: PROTOCOL.md §2
enum class Field : std::uint32_t {
  Kind = 0x20,  // what message this is
  VersionLow = 0x21,
  VersionHigh = 0x22,
  Features = 0x23,
  Agent = 0x24,
  Device = 0x25,
  Session = 0x26,
  Secret = 0x27,
  Carrier = 0x28,
  Mac = 0x29,
  Resume = 0x2a,
  Code = 0x2b,
  Text = 0x2c,
  Beside = 0x2d,
};
enum class Kind : std::uint64_t { Hello = 1, Welcome = 2, Refusal = 3, Join = 4, Joined = 5, ResumeState = 6 };

class ChainBuilder {
 public:
  explicit ChainBuilder(Kind kind) { number(Field::Kind, static_cast<std::uint64_t>(kind)); }
  void number(Field field, std::uint64_t value);
  void bytes(Field field, ByteView value);
  void text(Field field, std::string_view value);
  Bytes take() const;

 private:
  codec::property::Chain chain_;
};

//   Errors  Protocol: not a chain, a field missing, twice or of another type, a wrong size · Limit: longer than allowed
class ChainFields {
 public:
  static Result<ChainFields> parse(ByteView bytes);

  Result<Kind> kind() const;
  Result<> expect(Kind kind) const;
  bool has(Field field) const;
  Result<std::uint64_t> number(Field field) const;
  Result<Bytes> bytes(Field field, std::size_t limit) const;
  Result<std::string> text(Field field, std::size_t limit) const;  // control characters become '?'
  template <std::size_t N>
  Result<std::array<std::byte, N>> array(Field field) const {
    TRY_ASSIGN(const Bytes value, bytes(field, N));
    if (value.size() != N) return fail(Errc::Protocol, "handshake: a field of wrong size");
    std::array<std::byte, N> out;
    std::copy(value.begin(), value.end(), out.begin());
    return out;
  }

 private:
  explicit ChainFields(codec::property::Chain chain) : chain_(std::move(chain)) {}
  codec::property::Chain chain_;
};

struct Refusal;
Result<Refusal> read_refusal(const ChainFields& fields);

}  // namespace booster::session
