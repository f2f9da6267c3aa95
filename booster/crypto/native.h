// OpenSSL's pointers and lengths, for this folder's sources only.
#pragma once
#include <openssl/err.h>

#include <memory>
#include <span>
#include <string>

#include "codec/base/bytes.h"

namespace booster::crypto {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Native = std::unique_ptr<T, FreeWith<Free>>;

inline const unsigned char* raw(ByteView bytes) {
  static constexpr unsigned char kNothing = 0;  // OpenSSL takes a null pointer for "not given"
  return bytes.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* raw_out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

// Takes OpenSSL's last complaint off its queue (which would else be found by the next TLS call of this thread).
inline std::string last_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "refused";
}

}  // namespace booster::crypto
