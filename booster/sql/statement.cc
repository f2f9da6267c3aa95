#include "booster/sql/statement.h"

#include "booster/sql/connection.h"
#include "codec/base/check.h"

namespace booster::sql {

Statement::Statement(Connection& owner, sqlite3_stmt* native, std::string key)
    : owner_(&owner), native_(native), key_(std::move(key)) {}

Statement::Statement(Statement&& other) noexcept
    : owner_(other.owner_),
      native_(std::exchange(other.native_, nullptr)),
      key_(std::move(other.key_)),
      error_(std::move(other.error_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(native_, other.native_);
  std::swap(key_, other.key_);
  std::swap(error_, other.error_);
  return *this;
}

Statement::~Statement() {
  if (native_ != nullptr) owner_->take_back(native_, std::move(key_));
}

void Statement::reset() {
  sqlite3_reset(native_);  // its code repeats the last step's, which was told already
  sqlite3_clear_bindings(native_);
  error_.reset();
}

Result<bool> Statement::step() {
  TRY(pending());
  const int code = sqlite3_step(native_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(native_);  // ends the read transaction now, not when the loan ends
    return false;
  }
  Error error = owner_->error("step", code);
  sqlite3_reset(native_);
  return tl::unexpected(std::move(error));
}

Result<> Statement::pending() {
  if (!error_) return {};
  Error error = std::move(*error_);
  reset();
  return tl::unexpected(std::move(error));
}

Result<> Statement::drain() {
  for (;;) {
    TRY_ASSIGN(const bool more, step());
    if (!more) return {};
  }
}

void Statement::bind_failed(Error error) {
  if (!error_) error_ = std::move(error).context("bind " + owner_->name());
}

void Statement::check_count(int given) {
  CHECK(given == sqlite3_bind_parameter_count(native_));
}

namespace {
constexpr const char* kEmpty = "";  // a null pointer would bind NULL
}

#define BIND(call)                                                                            \
  do {                                                                                        \
    if (const int code = (call); code != SQLITE_OK) bind_failed(owner_->error("bind", code)); \
  } while (0)

void Statement::bind_null(int index) {
  BIND(sqlite3_bind_null(native_, index));
}
void Statement::bind_integer(int index, std::int64_t value) {
  BIND(sqlite3_bind_int64(native_, index, value));
}
void Statement::bind_real(int index, double value) {
  BIND(sqlite3_bind_double(native_, index, value));
}
void Statement::bind_text(int index, std::string_view value) {
  BIND(sqlite3_bind_text64(native_, index, value.empty() ? kEmpty : value.data(), value.size(), SQLITE_TRANSIENT,
                           SQLITE_UTF8));
}
void Statement::bind_blob(int index, ByteView value) {
  BIND(sqlite3_bind_blob64(native_, index, value.empty() ? static_cast<const void*>(kEmpty) : value.data(),
                           value.size(), SQLITE_TRANSIENT));
}
#undef BIND

int Row::columns() const {
  return sqlite3_column_count(of_->native_);
}

bool Row::is_null(int column) const {
  return sqlite3_column_type(of_->native_, column) == SQLITE_NULL;
}

void Row::out_of_range(int column) const {
  if (of_->error_) return;
  of_->error_ = Error(Errc::Corrupt, "read " + of_->owner_->name() + ": column " +
                                         sqlite3_column_name(of_->native_, column) + " holds another kind of value");
}

std::int64_t Row::integer(int column) const {
  if (sqlite3_column_type(of_->native_, column) != SQLITE_INTEGER) {
    out_of_range(column);
    return 0;
  }
  return sqlite3_column_int64(of_->native_, column);
}

double Row::real(int column) const {
  const int type = sqlite3_column_type(of_->native_, column);
  if (type != SQLITE_FLOAT && type != SQLITE_INTEGER) out_of_range(column);
  return sqlite3_column_double(of_->native_, column);
}

std::string_view Row::text(int column) const {
  if (sqlite3_column_type(of_->native_, column) != SQLITE_TEXT) {
    out_of_range(column);
    return {};
  }
  const unsigned char* data = sqlite3_column_text(of_->native_, column);  // before _bytes
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(of_->native_, column))};
}

ByteView Row::blob(int column) const {
  if (sqlite3_column_type(of_->native_, column) != SQLITE_BLOB) {
    out_of_range(column);
    return {};
  }
  const void* data = sqlite3_column_blob(of_->native_, column);
  if (data == nullptr) return {};
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(sqlite3_column_bytes(of_->native_, column))};
}

}  // namespace booster::sql
