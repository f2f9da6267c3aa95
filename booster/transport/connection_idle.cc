// When nothing happens: the gateway asks whether it still reaches the client, so that the answer keeps the way open,
// and a client that was not asked makes itself heard.                                       Source: PROTOCOL.md §4.1
#include <algorithm>
#include <utility>

#include "booster/transport/connection.h"

namespace booster::transport {
namespace {

constexpr int kAsks = 3;  // of one silence: a lossy link must not look like a lost mapping
constexpr Duration kAskSlack = std::chrono::seconds(2);  // for what a link stalls now and then

Duration after_ask(Duration probe_timeout, int nth) {
  return probe_timeout * (1 << (nth - 1));
}

}  // namespace

void Connection::recall(const std::optional<rate::Remembered>& path, const std::optional<path::IdleLife>& idle_life) {
  settings_.remembered = path;
  keepalive_ = path::KeepaliveSearch(path::kUdpKeepalive, idle_life);
  self_asked_.reset();
}

void Connection::ask() {
  if (may_keep_alive()) active_path().probes_due = 1;
}

// With an answer owed, the probes for that keep the way open.
bool Connection::may_keep_alive() const {
  return established_ && !long_ && !end_ && active().sent.eliciting_in_flight() == 0;
}

// Until the last of the gateway's questions would have come.
Duration Connection::keepalive_slack() const {
  return kAskSlack + (1 << (kAsks - 1)) * probe_timeout(active());
}

TimePoint Connection::keepalive_deadline() const {
  if (!may_keep_alive() || keepalive_due_) return kNever;
  const path::Path& path = active();
  const TimePoint quiet_since = std::max(path.heard, path.left);
  if (settings_.role == Role::Client) return quiet_since + keepalive_.interval() + keepalive_slack();
  if (asked_ == 0) return quiet_since + ask_after_;
  return asked_at_ + (asked_ < kAsks ? after_ask(probe_timeout(path), asked_) : ask_after_);
}

void Connection::watch_quiet(TimePoint now) {
  if (now < keepalive_deadline()) return;
  path::Path& path = active_path();
  keepalive_due_ = true;
  if (settings_.role == Role::Client) {
    self_asked_ = keepalive_.interval();
    // Who was not running has not been there to be asked.
    if (woke_ == now) self_asked_.reset();
    path.probes_due = 1;
    return;
  }
  // The client has not even made itself heard: now the answer is owed, and its absence will be told.
  if (asked_ >= kAsks) path.probes_due = 1;
  asked_ = asked_ % kAsks + 1;
  asked_at_ = now;
}

// The first packet after a silence tells whether the way down was still open.
void Connection::notice_end_of_quiet(const path::Path& path, bool asked, TimePoint now) {
  if (path.id != active_) return;
  asked_ = 0;
  if (settings_.role == Role::Gateway) return;
  if (const auto silence = std::exchange(self_asked_, std::nullopt)) {
    // Answered at once: the link carries, and still no question had come. A question that comes first was only late.
    if (asked) return keepalive_.on_survived(*silence);
    if (path.probes == 0) keepalive_.on_lost(*silence);
    return;
  }
  const Duration silence = now - std::max(path.heard, path.left);
  const bool unasked_for = path.sent.eliciting_in_flight() == 0;
  if (unasked_for && silence <= keepalive_.interval() + keepalive_slack() + kSlept) keepalive_.on_survived(silence);
}

// Who was not asked says what the next silence shall be if the way down turns out to have been lost: an answer comes
// only then.
std::chrono::seconds Connection::keepalive_interval() const {
  path::KeepaliveSearch search = keepalive_;
  if (self_asked_) search.on_lost(*self_asked_);
  return std::chrono::floor<std::chrono::seconds>(settings_.role == Role::Client ? search.interval() : ask_after_);
}

void Connection::on_keepalive(const packet::frame::Keepalive& frame) {
  if (settings_.role == Role::Client) {
    keepalive_due_ = true;
  } else {
    ask_after_ = frame.interval;
  }
}

}  // namespace booster::transport
