// How much each end may send, and how that follows what is read.                            Source: PROTOCOL.md §4.3
#include <algorithm>

#include "booster/session/session.h"
#include "booster/session/stream_state.h"

namespace booster::session {

std::uint64_t Session::credit_left(const StreamState& stream) const {
  if (stream.id == kControlStream) return kMaxOffset;  // a full session window must not stop what would clear it
  const std::uint64_t left = data_allowed_ - data_sent_;
  const std::uint64_t kept = schedule::is_urgent(stream.of) ? 0 : reserve_;
  return left - std::min(left, kept);
}

void Session::update_stream_credit(StreamState& stream) {
  // Known by a frame that overtook the opening: the peer takes no frame of ours for it before it has sent that.
  if (!stream.opened && stream.id != kControlStream) return;
  if (stream.receive.final_size()) return;
  const std::uint64_t limit = stream.receive.consumed() + stream_window_;
  const std::uint64_t granted = stream.receive.granted();
  if (limit <= granted || limit - granted < std::max<std::uint64_t>(1, stream_window_ / 2)) return;
  stream.receive.grant(limit);
  stream.max_data_due = true;
  control_due_.insert(stream.id.value);
}

// Unread bytes use up the receive budget, not the window: see Limits::receive_budget.
void Session::update_session_credit() {
  const std::uint64_t budget = limits_.receive_budget - std::min(limits_.receive_budget, receive_buffered_);
  const std::uint64_t available = std::min(session_window_, budget);
  const std::uint64_t left = data_granted_ - data_received_;
  if (available <= left || left > available / 2) return;
  data_granted_ = data_received_ + available;
  max_data_due_ = true;
}

void Session::update_stream_count() {
  const std::uint64_t limit = peer_closed_ + limits_.streams;
  if (limit <= streams_granted_ || streams_granted_ - peer_ordinal_ > limits_.streams / 4) return;
  streams_granted_ = limit;
  max_streams_due_ = true;
}

void Session::set_path(BitsPerSecond rate, Duration rtt) {
  const double bdp = static_cast<double>(rate.value) / 8 * std::chrono::duration<double>(rtt).count();
  const auto times = [&](double factor, std::uint64_t low, std::uint64_t high) {
    const double wanted = std::min(bdp * factor, static_cast<double>(high));
    return std::max(low, static_cast<std::uint64_t>(wanted));
  };
  const std::uint64_t before = stream_window_;
  stream_window_ = times(4, stream_window_, limits_.receive_budget / 2);
  session_window_ = times(5, session_window_, limits_.receive_budget);
  path_send_ = static_cast<std::size_t>(times(4, path_send_, limits_.send_budget / 2));
  stream_send_ = static_cast<std::size_t>(times(4, stream_send_, limits_.send_budget / 2));
  if (stream_window_ != before) {
    for (auto& [id, stream] : streams_) update_stream_credit(*stream);
  }
  update_session_credit();
  wake_writers();
}

}  // namespace booster::session
