// Bytes that must not be seen: wiped when dropped, not copied by accident, not printable.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "codec/base/bytes.h"

namespace booster::crypto {

void wipe(std::span<std::byte> bytes);  // not optimised away

class Secret {
 public:
  Secret() = default;
  explicit Secret(Bytes&& bytes) : bytes_(std::move(bytes)) {}
  static Secret of(ByteView bytes) { return Secret(Bytes(bytes.begin(), bytes.end())); }
  static Secret of_text(std::string_view text) { return of(as_bytes(text)); }
  static Secret random(std::size_t size);

  Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  Secret copy() const { return of(bytes_); }
  ByteView reveal() const { return bytes_; }
  std::string_view reveal_text() const { return as_text(bytes_); }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  std::string redacted() const { return bytes_.empty() ? "[no secret]" : "[secret]"; }  // not even its length

  friend bool operator==(const Secret& a, const Secret& b);  // constant time for equal lengths

 private:
  Bytes bytes_;
};

template <class Stream>
Stream& operator<<(Stream&, const Secret&) = delete;

}  // namespace booster::crypto
