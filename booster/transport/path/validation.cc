#include "booster/transport/path/validation.h"

#include <algorithm>

namespace booster::transport::path {

void Validation::begin() {
  *this = Validation();
  state_ = State::Waiting;
}

void Validation::begin_again(TimePoint now) {
  begin();
  apart_ = kChallengeAgain;
  next_ = now + apart_;
}

void Validation::on_heard(TimePoint now) {
  if (apart_ == Duration{}) return;
  apart_ = {};
  next_ = now;
}

std::optional<packet::frame::Challenge> Validation::next_challenge(Entropy& entropy, Duration probe_timeout,
                                                                   TimePoint now) {
  if (!due(now)) return std::nullopt;
  if (tries_ == kChallengeTries) {
    state_ = State::Failed;
    return std::nullopt;
  }
  packet::frame::Challenge& challenge = sent_[static_cast<std::size_t>(tries_)];
  entropy.fill(challenge);
  next_ = now + std::max<Duration>(probe_timeout * (1 << tries_), apart_);
  ++tries_;
  return challenge;
}

bool Validation::on_response(const packet::frame::Challenge& bytes) {
  if (state_ != State::Waiting) return false;
  if (std::find(sent_.begin(), sent_.begin() + tries_, bytes) == sent_.begin() + tries_) return false;
  state_ = State::Proved;
  return true;
}

void Validation::on_deadline(TimePoint now) {
  if (due(now) && tries_ == kChallengeTries) state_ = State::Failed;
}

}  // namespace booster::transport::path
