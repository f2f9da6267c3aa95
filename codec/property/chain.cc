#include "codec/property/chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/base/check.h"
#include "codec/property/utf8.h"

namespace codec::property {

Chain::Chain() = default;
Chain::~Chain() = default;
Chain::Chain(const Chain&) = default;
Chain& Chain::operator=(const Chain&) = default;
Chain::Chain(Chain&&) noexcept = default;
Chain& Chain::operator=(Chain&&) noexcept = default;

bool operator==(const Chain& a, const Chain& b) {
  return a.entries_ == b.entries_;
}

std::size_t Chain::size() const {
  return entries_.size();
}

Chain& Chain::add(Id id, Value value) {
  entries_.push_back(Entry{id, std::move(value)});
  return *this;
}

Chain& Chain::set(Id id, Value value) {
  const auto first = std::find_if(entries_.begin(), entries_.end(), [id](const Entry& e) { return e.id == id; });
  if (first == entries_.end()) return add(id, std::move(value));
  first->value = std::move(value);
  entries_.erase(std::remove_if(first + 1, entries_.end(), [id](const Entry& e) { return e.id == id; }),
                 entries_.end());
  return *this;
}

std::size_t Chain::remove(Id id) {
  return std::erase_if(entries_, [id](const Entry& e) { return e.id == id; });
}

const Value* Chain::find(Id id) const {
  for (const Entry& entry : entries_)
    if (entry.id == id) return &entry.value;
  return nullptr;
}

void Chain::sort() {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
}

namespace {
Error wrong_type_of(Id id, const char* name, Type is, Type wanted) {
  return Error(Errc::Protocol,
               fmt::format("property {:#x} {}: {} where {} belongs", id, name, to_string(is), to_string(wanted)));
}
}  // namespace

Result<const Value*> Chain::only(Id id, Type type, const char* name) const {
  const Value* found = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.id != id) continue;
    if (entry.value.type() != type) return tl::unexpected(wrong_type_of(id, name, entry.value.type(), type));
    if (found) return fail(Errc::Protocol, fmt::format("property {:#x} {}: stands more than once", id, name));
    found = &entry.value;
  }
  return found;
}

Result<std::vector<const Value*>> Chain::each(Id id, Type type, const char* name) const {
  std::vector<const Value*> found;
  for (const Entry& entry : entries_) {
    if (entry.id != id) continue;
    if (entry.value.type() != type) return tl::unexpected(wrong_type_of(id, name, entry.value.type(), type));
    found.push_back(&entry.value);
  }
  return found;
}

Error Chain::missing(Id id, const char* name) {
  return Error(Errc::Protocol, fmt::format("property {:#x} {}: missing", id, name));
}

Value Value::of_unsigned(std::uint64_t value) {
  return {std::in_place_index<0>, value};
}

Value Value::of_signed(std::int64_t value) {
  return {std::in_place_index<1>, value};
}

Value Value::of_bytes(Bytes value) {
  return {std::in_place_index<2>, std::move(value)};
}

Value Value::of_text(std::string value) {
  if (!is_utf8(as_bytes(value))) value = repaired_utf8(value);
  return {std::in_place_index<3>, std::move(value)};
}

Value Value::of_chain(Chain value) {
  return {std::in_place_index<4>, std::move(value)};
}

Value::~Value() = default;
Value::Value(const Value&) = default;
Value& Value::operator=(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(Value&&) noexcept = default;

std::size_t Value::byte_size() const {
  switch (type()) {
    case Type::Unsigned:
    case Type::Signed:
      return 0;
    case Type::Bytes:
      return view<Type::Bytes>().size();
    case Type::Text:
      return view<Type::Text>().size();
    case Type::Chain:
      return view<Type::Chain>()->size();
  }
  return 0;
}

void Value::wrong_type() {
  check_failed("value has the type it is viewed as", __FILE__, __LINE__);
}

std::string_view to_string(Type type) {
  switch (type) {
    case Type::Unsigned:
      return "unsigned";
    case Type::Signed:
      return "signed";
    case Type::Bytes:
      return "bytes";
    case Type::Text:
      return "text";
    case Type::Chain:
      return "chain";
  }
  return "reserved";
}

}  // namespace codec::property
