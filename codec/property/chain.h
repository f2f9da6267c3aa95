// The property chain: an ordered list of typed properties that owns its values. Every message that crosses the tunnel
// or a process border is one. Order is kept and counts; an id that stands several times is a list; unknown ids are
// kept.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "codec/property/type.h"

namespace codec::property {

class Value;
struct Entry;

//   Errors  get, require, all: Protocol, naming the property. A property with the wrong type, or one that stands twice
//   where
//           one is asked for, is an error and never "absent": two readers must not understand one message differently.
//   Owns    its values. Views borrow from the chain and end with the next change to it.
class Chain {
 public:
  Chain();
  ~Chain();
  Chain(const Chain&);
  Chain& operator=(const Chain&);
  Chain(Chain&&) noexcept;
  Chain& operator=(Chain&&) noexcept;

  // Text is repaired as it is added: what is not UTF-8 becomes U+FFFD. Octets that must stay as they are go into Bytes.
  template <Type T, class V>
  Chain& add(Property<T> property, V&& value);  // at the end
  template <Type T, class V>
  Chain& set(Property<T> property, V&& value);  // replaces all of that id, at the first one's place; else add
  Chain& add(Id id, Value value);
  Chain& set(Id id, Value value);
  std::size_t remove(Id id);  // how many there were

  template <Type T>
  Result<std::optional<View<T>>> get(Property<T> property) const&;  // nullopt: not there
  template <Type T>
  Result<View<T>> get_or(Property<T> property, View<T> otherwise) const&;
  template <Type T>
  Result<View<T>> require(Property<T> property) const&;
  template <Type T>
  Result<std::vector<View<T>>> all(Property<T> property) const&;
  template <Type T>
  void get(Property<T>) const&& = delete;  // the view would outlive the chain
  template <Type T>
  void get_or(Property<T>, View<T>) const&& = delete;
  template <Type T>
  void require(Property<T>) const&& = delete;
  template <Type T>
  void all(Property<T>) const&& = delete;

  bool has(Id id) const { return find(id) != nullptr; }
  template <Type T>
  bool has(Property<T> property) const {
    return has(property.id);
  }
  const Value* find(Id id) const;  // the first of that id; nullptr: none

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  void sort();  // by id, equal ids keep their order: the one order for chains that are hashed or signed
  friend bool operator==(const Chain& a, const Chain& b);

 private:
  // The only property of that id. nullptr: none.   Errors  Protocol: another type, more than one
  Result<const Value*> only(Id id, Type type, const char* name) const;
  Result<std::vector<const Value*>> each(Id id, Type type, const char* name) const;
  static Error missing(Id id, const char* name);

  std::vector<Entry> entries_;
};

class Value {
 public:
  static Value of_unsigned(std::uint64_t value);
  static Value of_signed(std::int64_t value);
  static Value of_bytes(Bytes value);
  static Value of_text(std::string value);  // repaired, see Chain::add
  static Value of_chain(Chain value);

  // Out of line: g++ 12 takes the variant's inlined moves for reads of uninitialized memory under sanitizers.
  ~Value();
  Value(const Value&);
  Value& operator=(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(Value&&) noexcept;

  Type type() const { return static_cast<Type>(held_.index()); }
  // The type must be the value's own (CHECKed).
  template <Type T>
  View<T> view() const& {
    const auto* held = std::get_if<static_cast<std::size_t>(T)>(&held_);
    if (!held) wrong_type();
    if constexpr (T == Type::Chain)
      return held;
    else
      return *held;
  }
  template <Type T>
  void view() const&& = delete;
  std::size_t byte_size() const;  // of Bytes or Text; entries of a Chain; 0 for numbers
  friend bool operator==(const Value& a, const Value& b) { return a.held_ == b.held_; }

 private:
  using Held = std::variant<std::uint64_t, std::int64_t, Bytes, std::string, Chain>;
  template <std::size_t I, class V>
  Value(std::in_place_index_t<I> type, V&& value) : held_(type, std::forward<V>(value)) {}
  [[noreturn]] static void wrong_type();

  Held held_;
};

struct Entry {
  Id id;
  Value value;
  friend bool operator==(const Entry& a, const Entry& b) { return a.id == b.id && a.value == b.value; }
};

template <Type T, class V>
Value make_value(V&& value) {
  if constexpr (T == Type::Unsigned) {
    static_assert(std::is_integral_v<std::decay_t<V>> || std::is_enum_v<std::decay_t<V>>);
    return Value::of_unsigned(static_cast<std::uint64_t>(value));
  } else if constexpr (T == Type::Signed) {
    static_assert(std::is_integral_v<std::decay_t<V>> || std::is_enum_v<std::decay_t<V>>);
    return Value::of_signed(static_cast<std::int64_t>(value));
  } else if constexpr (T == Type::Text) {
    return Value::of_text(std::string(std::forward<V>(value)));
  } else if constexpr (T == Type::Chain) {
    return Value::of_chain(std::forward<V>(value));
  } else if constexpr (std::is_same_v<std::remove_cvref_t<V>, Bytes>) {
    return Value::of_bytes(std::forward<V>(value));
  } else {
    const ByteView view(value);
    return Value::of_bytes(Bytes(view.begin(), view.end()));
  }
}

template <Type T, class V>
Chain& Chain::add(Property<T> property, V&& value) {
  return add(property.id, make_value<T>(std::forward<V>(value)));
}

template <Type T, class V>
Chain& Chain::set(Property<T> property, V&& value) {
  return set(property.id, make_value<T>(std::forward<V>(value)));
}

template <Type T>
Result<std::optional<View<T>>> Chain::get(Property<T> property) const& {
  TRY_ASSIGN(const Value* value, only(property.id, T, property.name));
  if (!value) return std::optional<View<T>>();
  return std::optional<View<T>>(value->view<T>());
}

template <Type T>
Result<View<T>> Chain::get_or(Property<T> property, View<T> otherwise) const& {
  TRY_ASSIGN(const Value* value, only(property.id, T, property.name));
  return value ? value->view<T>() : otherwise;
}

template <Type T>
Result<View<T>> Chain::require(Property<T> property) const& {
  TRY_ASSIGN(const Value* value, only(property.id, T, property.name));
  if (!value) return tl::unexpected(missing(property.id, property.name));
  return value->view<T>();
}

template <Type T>
Result<std::vector<View<T>>> Chain::all(Property<T> property) const& {
  TRY_ASSIGN(const std::vector<const Value*> values, each(property.id, T, property.name));
  std::vector<View<T>> views;
  views.reserve(values.size());
  for (const Value* value : values) views.push_back(value->view<T>());
  return views;
}

}  // namespace codec::property
