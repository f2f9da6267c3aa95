// Whether an address answers: a challenge goes there, and only who receives at it can send the response.
// Source: RFC 9000 §8.2
#pragma once
#include <optional>

#include "booster/transport/entropy.h"
#include "booster/transport/packet/frame.h"
#include "booster/transport/path/limits.h"

namespace booster::transport::path {

class Validation {
 public:
  enum class State { None, Waiting, Proved, Failed };

  void begin();
  // What did not answer is asked again, rarely, until something comes from there: a challenge is as long as a datagram.
  void begin_again(TimePoint now);
  void on_heard(TimePoint now);
  void assume() { state_ = State::Proved; }  // the handshake itself has shown it
  // The challenge to put into the next packet to this address, when one is due.
  std::optional<packet::frame::Challenge> next_challenge(Entropy& entropy, Duration probe_timeout, TimePoint now);
  bool on_response(const packet::frame::Challenge& bytes);  // true: it is proved now
  void on_deadline(TimePoint now);
  bool due(TimePoint now) const { return state_ == State::Waiting && now >= next_; }
  TimePoint deadline() const { return state_ == State::Waiting ? next_ : kNever; }
  State state() const { return state_; }

 private:
  State state_ = State::None;
  std::array<packet::frame::Challenge, kChallengeTries> sent_{};
  int tries_ = 0;
  Duration apart_{};  // at least
  TimePoint next_{};
};

}  // namespace booster::transport::path
