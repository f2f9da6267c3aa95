#include "codec/property/encode.h"

#include <algorithm>

#include "codec/base/varint.h"

namespace codec::property {
namespace {

std::uint64_t key_of(Id id, Type type) {
  return (static_cast<std::uint64_t>(id) << kTypeBits) | static_cast<std::uint64_t>(type);
}

std::size_t sized(std::size_t size) {
  return varint_size(size) + size;
}

std::size_t value_size(const Value& value) {
  switch (value.type()) {
    case Type::Unsigned:
      return varint_size(value.view<Type::Unsigned>());
    case Type::Signed:
      return varint_size(zigzag(value.view<Type::Signed>()));
    case Type::Bytes:
    case Type::Text:
      return sized(value.byte_size());
    case Type::Chain:
      return sized(encoded_size(*value.view<Type::Chain>()));
  }
  return 0;
}

void append_all(const Chain& chain, Bytes& out) {
  for (const Entry& entry : chain.entries()) append_entry(entry, out);
}

}  // namespace

std::size_t encoded_size(const Chain& chain) {
  std::size_t size = 0;
  for (const Entry& entry : chain.entries())
    size += varint_size(key_of(entry.id, entry.value.type())) + value_size(entry.value);
  return size;
}

void append_key(Id id, Type type, Bytes& out) {
  append_varint(out, key_of(id, type));
}

void append_entry(const Entry& entry, Bytes& out) {
  ByteWriter writer(out);
  const Value& value = entry.value;
  append_key(entry.id, value.type(), out);
  switch (value.type()) {
    case Type::Unsigned:
      return writer.varint(value.view<Type::Unsigned>());
    case Type::Signed:
      return writer.varint(zigzag(value.view<Type::Signed>()));
    case Type::Bytes:
      return writer.sized(value.view<Type::Bytes>());
    case Type::Text:
      return writer.sized(as_bytes(value.view<Type::Text>()));
    case Type::Chain: {
      const Chain& inner = *value.view<Type::Chain>();
      writer.varint(encoded_size(inner));
      return append_all(inner, out);
    }
  }
}

void append(const Chain& chain, Bytes& out) {
  // Doubles like push_back does; an exact reserve per call would make a run of small appends quadratic.
  const std::size_t need = out.size() + encoded_size(chain);
  if (need > out.capacity()) out.reserve(std::max(need, 2 * out.capacity()));
  append_all(chain, out);
}

Bytes encode(const Chain& chain) {
  Bytes out;
  append(chain, out);
  return out;
}

void append_framed(const Chain& chain, Bytes& out) {
  append_varint(out, encoded_size(chain));
  append(chain, out);
}

}  // namespace codec::property
