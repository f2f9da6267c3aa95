// Rounds: a round trip ends when something sent after its beginning is acknowledged.
#pragma once
#include <cstdint>

namespace booster::transport::rate {

class Rounds {
 public:
  // `largest_sent`: octets sent up to and with the newest packet acknowledged; `sent`: up to now.
  bool on_ack(std::uint64_t largest_sent, std::uint64_t sent) {
    if (largest_sent <= ends_at_) return false;
    ends_at_ = sent;
    ++count_;
    return true;
  }
  void begin(std::uint64_t sent) { ends_at_ = sent; }
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t ends_at_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace booster::transport::rate
