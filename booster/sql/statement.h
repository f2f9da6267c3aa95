// A prepared statement on loan from its database's cache, and the row it stands on.
#pragma once
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "codec/base/bytes.h"
#include "codec/base/result.h"

struct sqlite3_stmt;

namespace booster::sql {

class Connection;

// One result row. A value of another kind than asked for (NULL where no optional was, text where a number was, a
// number out of range) makes the statement's next step, or the call that gave the row, end in Corrupt.
//   Owns  views (string_view, ByteView) are valid until the statement's next step
class Row {
 public:
  // T: bool, any integer, an enum, double, std::string, std::string_view, Bytes, ByteView, std::optional of these.
  template <class T>
  T get(int column) const;
  bool is_null(int column) const;
  int columns() const;

 private:
  friend class Statement;
  explicit Row(class Statement& of) : of_(&of) {}
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  ByteView blob(int column) const;
  void out_of_range(int column) const;
  class Statement* of_;
};

// Move only; gives the prepared form back when destroyed. Must not outlive its Database.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Binds the parameters from 1 on: integers, enums, bool, double, text and blobs (copied), nullptr, std::optional.
  // Starts the statement anew.   Errors  Limit: an unsigned value above 2^63 - 1, or a value too big; told by step()
  template <class... Args>
  Statement& bind(const Args&... args);

  Result<bool> step();  // true: row() is valid
  Row row() { return Row(*this); }

  // Runs to the end, rows ignored.
  template <class... Args>
  Result<> run(const Args&... args);
  // Calls fn(Row) -> void or Result<> for each row; an error ends it.
  template <class F, class... Args>
  Result<> for_each(F&& fn, const Args&... args);
  // First column of the first row; nullopt: no row. T as in Row::get, but no views.
  template <class T, class... Args>
  Result<std::optional<T>> one(const Args&... args);
  // fn(Row) of the first row; false: no row.
  template <class F, class... Args>
  Result<bool> first(F&& fn, const Args&... args);

  void reset();

 private:
  friend class Connection;
  friend class Row;
  Statement(Connection& owner, sqlite3_stmt* native, std::string key);

  void bind_null(int index);
  void bind_integer(int index, std::int64_t value);
  void bind_real(int index, double value);
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, ByteView value);
  void bind_failed(Error error);
  void check_count(int given);
  Result<> drain();
  Result<> pending();

  template <class T>
  void bind_one(int index, const T& value);

  Connection* owner_;
  sqlite3_stmt* native_;
  std::string key_;
  std::optional<Error> error_;  // first trouble of a bind or a get
};

namespace detail {
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
}  // namespace detail

template <class T>
T Row::get(int column) const {
  if constexpr (detail::IsOptional<T>::value) {
    if (is_null(column)) return std::nullopt;
    return get<typename T::value_type>(column);
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(get<std::underlying_type_t<T>>(column));
  } else if constexpr (std::is_same_v<T, bool>) {
    return integer(column) != 0;
  } else if constexpr (std::is_integral_v<T>) {
    const std::int64_t value = integer(column);
    if (!std::in_range<T>(value)) out_of_range(column);
    return static_cast<T>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(real(column));
  } else if constexpr (std::is_same_v<T, Bytes>) {
    const ByteView view = blob(column);
    return Bytes(view.begin(), view.end());
  } else if constexpr (std::is_same_v<T, ByteView>) {
    return blob(column);
  } else {
    static_assert(std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>, "no column of this type");
    return T(text(column));
  }
}

template <class T>
void Statement::bind_one(int index, const T& value) {
  if constexpr (detail::IsOptional<T>::value) {
    if (value) {
      bind_one(index, *value);
    } else {
      bind_null(index);
    }
  } else if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
    bind_null(index);
  } else if constexpr (std::is_enum_v<T>) {
    bind_one(index, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_same_v<T, bool>) {
    bind_integer(index, value ? 1 : 0);
  } else if constexpr (std::is_integral_v<T>) {
    if (!std::in_range<std::int64_t>(value)) bind_failed(Error(Errc::Limit, "integer above 2^63 - 1"));
    bind_integer(index, static_cast<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    bind_real(index, value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    bind_text(index, std::string_view(value));
  } else {
    static_assert(std::is_convertible_v<const T&, ByteView>, "no parameter of this type");
    bind_blob(index, ByteView(value));
  }
}

template <class... Args>
Statement& Statement::bind(const Args&... args) {
  reset();
  [[maybe_unused]] int index = 0;
  (bind_one(++index, args), ...);
  check_count(static_cast<int>(sizeof...(args)));
  return *this;
}

template <class... Args>
Result<> Statement::run(const Args&... args) {
  bind(args...);
  return drain();
}

template <class F, class... Args>
Result<> Statement::for_each(F&& fn, const Args&... args) {
  bind(args...);
  for (;;) {
    TRY_ASSIGN(const bool more, step());
    if (!more) return {};
    if constexpr (std::is_void_v<std::invoke_result_t<F&, Row>>) {
      fn(row());
    } else if (auto done = fn(row()); !done) {
      reset();
      return tl::unexpected(std::move(done).error());
    }
  }
}

template <class F, class... Args>
Result<bool> Statement::first(F&& fn, const Args&... args) {
  bind(args...);
  TRY_ASSIGN(const bool found, step());
  if (found) {
    fn(row());
    TRY(pending());
  }
  reset();
  return found;
}

template <class T, class... Args>
Result<std::optional<T>> Statement::one(const Args&... args) {
  static_assert(!std::is_same_v<T, std::string_view> && !std::is_same_v<T, ByteView>, "would dangle");
  std::optional<T> value;
  TRY(first([&value](Row row) { value.emplace(row.get<T>(0)); }, args...));
  return value;
}

}  // namespace booster::sql
