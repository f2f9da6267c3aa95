#include "codec/property/decode.h"

#include <fmt/format.h>

#include <limits>

#include "codec/base/varint.h"
#include "codec/property/utf8.h"

namespace codec::property {
namespace {

class Decoder {
 public:
  explicit Decoder(const Limits& limits) : limits_(limits), left_(limits.max_properties) {}

  Result<Chain> chain(ByteView bytes, std::size_t depth) {
    if (depth > limits_.max_depth) return fail(Errc::Limit, "chain: nested too deep");
    Chain chain;
    Id last = 0;
    for (ByteReader in(bytes); !in.empty();) {
      if (left_ == 0) return fail(Errc::Limit, "chain: too many properties");
      --left_;
      TRY_ASSIGN(const std::uint64_t raw, in.varint());
      TRY_ASSIGN(const Key key, make_key(raw));
      if (limits_.sorted && key.id < last) return fail(Errc::Protocol, fmt::format("property {:#x}: unsorted", key.id));
      last = key.id;
      Result<Value> value = read(in, key, depth);
      if (!value) return tl::unexpected(std::move(value).error().context(fmt::format("property {:#x}", key.id)));
      chain.add(key.id, *std::move(value));
    }
    return chain;
  }

 private:
  Result<Value> read(ByteReader& in, Key key, std::size_t depth) {
    TRY_ASSIGN(const std::uint64_t number, in.varint());
    if (key.type == Type::Unsigned) return Value::of_unsigned(number);
    if (key.type == Type::Signed) return Value::of_signed(unzigzag(number));
    if (number > in.left()) return fail(Errc::Protocol, "longer than its chain");
    TRY_ASSIGN(const ByteView bytes, in.take(static_cast<std::size_t>(number)));
    if (key.type == Type::Chain) {
      TRY_ASSIGN(Chain inner, chain(bytes, depth + 1));
      return Value::of_chain(std::move(inner));
    }
    if (key.type == Type::Bytes) return Value::of_bytes(Bytes(bytes.begin(), bytes.end()));
    if (!is_utf8(bytes)) return fail(Errc::Protocol, "text is not UTF-8");
    return Value::of_text(to_string(bytes));
  }

  const Limits& limits_;
  std::size_t left_;
};

}  // namespace

Result<Key> make_key(std::uint64_t key) {
  const std::uint64_t id = key >> kTypeBits;
  const auto type = static_cast<unsigned>(key & ((1U << kTypeBits) - 1));
  if (id > std::numeric_limits<Id>::max()) return fail(Errc::Protocol, "property: id too large");
  if (type > static_cast<unsigned>(Type::Chain))
    return fail(Errc::Protocol, fmt::format("property {:#x}: reserved type {}", id, type));
  return Key{static_cast<Id>(id), static_cast<Type>(type)};
}

Result<Chain> decode(ByteView bytes, const Limits& limits) {
  if (bytes.size() > limits.max_bytes)
    return fail(Errc::Limit, fmt::format("chain: {} bytes, {} allowed", bytes.size(), limits.max_bytes));
  return Decoder(limits).chain(bytes, 1);
}

}  // namespace codec::property
