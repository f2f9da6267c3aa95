// How many bytes one connection may hold in its lexer, whatever it is reading. One object per connection.
#pragma once
#include <cstddef>

namespace proxy::imap {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t limit) : limit_(limit) {}
  bool try_take(std::size_t bytes) {
    if (bytes > limit_ - used_) return false;
    used_ += bytes;
    return true;
  }
  void give(std::size_t bytes) { used_ = bytes > used_ ? 0 : used_ - bytes; }
  std::size_t used() const { return used_; }
  std::size_t limit() const { return limit_; }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

}  // namespace proxy::imap
