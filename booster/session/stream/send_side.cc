#include "booster/session/stream/send_side.h"

#include <algorithm>

namespace booster::stream {

SendSide::SendSide(std::uint64_t credit, std::optional<Bytes> open)
    : credit_(credit), had_open_(open.has_value()), open_due_(had_open_), open_acked_(!had_open_) {
  if (open) metadata_ = *std::move(open);
}

void SendSide::finish() {
  if (!writable()) return;
  finished_ = true;
  fin_due_ = true;
}

void SendSide::reset(Error error) {
  if (reset_ || (fin_acked_ && data_.empty())) return;
  reset_ = std::move(error);
  reset_due_ = true;
  lost_.clear();
  acked_.clear();
  data_.restart_at(next_);
}

bool SendSide::has_new(std::uint64_t session_credit) const {
  return next_ < data_.end() && next_ < credit_ && session_credit > 0;
}

SendSide::Piece SendSide::next_piece(std::uint64_t session_credit) const {
  if (reset_) return {next_, 0, false};
  if (!lost_.empty()) return {lost_.first().begin, lost_.first().end - lost_.first().begin, true};
  const std::uint64_t held = data_.end() - next_;
  return {next_, std::min({held, credit_ > next_ ? credit_ - next_ : 0, session_credit}), false};
}

void SendSide::on_sent(std::uint64_t offset, std::uint64_t length, bool fin, bool open) {
  const std::uint64_t end = offset + length;
  lost_.remove(offset, end);
  next_ = std::max(next_, end);
  if (fin) {
    fin_sent_ = true;
    fin_due_ = false;
  }
  if (open) {
    open_sent_ = true;
    open_due_ = false;
  }
}

void SendSide::on_reset_sent() {
  reset_sent_ = true;
  reset_due_ = false;
}

Result<> SendSide::on_mark(std::uint64_t mark) {
  const bool end_sent = reset_ ? reset_sent_ || fin_sent_ : fin_sent_;
  if (!open_sent_ && had_open_) return fail(Errc::Protocol, "acknowledgement of a stream that was not sent");
  if (mark > next_ + (end_sent ? 1 : 0)) return fail(Errc::Protocol, "acknowledgement beyond what was sent");
  open_acked_ = true;
  open_due_ = false;
  if (mark == next_ + 1) {
    fin_acked_ = fin_sent_;
    fin_due_ = false;
    if (reset_) on_reset_acked();
  }
  if (!reset_) acked_.add(data_.begin(), std::min(mark, next_));
  advance();
  return {};
}

void SendSide::on_acked(std::uint64_t offset, std::uint64_t length, bool fin, bool open) {
  if (open) {
    open_acked_ = true;
    open_due_ = false;
  }
  if (reset_) return;
  if (fin) {
    fin_acked_ = true;
    fin_due_ = false;
  }
  acked_.add(std::max(offset, data_.begin()), offset + length);
  lost_.remove(offset, offset + length);
  advance();
}

void SendSide::advance() {
  if (acked_.empty() || acked_.first().begin > data_.begin()) return;
  const std::uint64_t to = std::max(acked_.first().end, data_.begin());
  data_.drop_to(to);
  acked_.remove(0, to);
  lost_.remove(0, to);
}

void SendSide::on_lost(std::uint64_t offset, std::uint64_t length, bool fin, bool open) {
  open_due_ = open_due_ || (open && !open_acked_);
  if (reset_) return;
  fin_due_ = fin_due_ || (fin && !fin_acked_);
  lost_.add(std::max(offset, data_.begin()), offset + length);
  for (const auto& [begin, end] : acked_) lost_.remove(begin, end);
}

void SendSide::on_reset_acked() {
  if (!reset_) return;
  reset_acked_ = true;
  reset_due_ = false;
}

void SendSide::on_reset_lost() {
  if (reset_ && !reset_acked_) reset_due_ = true;
}

void SendSide::rewind(bool opened) {
  open_acked_ = open_acked_ || opened;
  open_due_ = !open_acked_;
  if (reset_) {
    on_reset_lost();
    return;
  }
  on_lost(data_.begin(), next_ - data_.begin(), finished_, false);
}

std::uint64_t SendSide::outstanding() const {
  if (reset_) return reset_sent_ && !reset_acked_ ? 1 : 0;
  return next_ - data_.begin() - acked_.total() - lost_.total() + (fin_sent_ && !fin_acked_ && !fin_due_ ? 1 : 0);
}

}  // namespace booster::stream
