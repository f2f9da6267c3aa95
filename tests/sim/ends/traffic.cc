#include "tests/sim/ends/traffic.h"

#include <algorithm>

namespace sim {
namespace {

constexpr std::size_t kPiece = 16 << 10;

std::byte octet(std::uint64_t stream, std::uint64_t at) {
  return static_cast<std::byte>((at * 0x9e3779b97f4a7c15U + stream * 0x517cc1b727220a95U) >> 31);
}

}  // namespace

booster::Bytes pattern(std::uint64_t stream, std::uint64_t from, std::size_t size) {
  booster::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = octet(stream, from + i);
  return bytes;
}

session::StreamId Traffic::send(session::Class of, std::uint64_t size) {
  const auto id = session_.open(of, {});
  if (!id) {
    intact_ = false;
    return {};
  }
  outgoing_[id->value].size = size;
  write(id->value, outgoing_[id->value]);
  return *id;
}

void Traffic::write(std::uint64_t id, Outgoing& out) {
  while (out.written < out.size) {
    const std::size_t room = session_.write_room({id});
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>({room, out.size - out.written, kPiece}));
    if (size == 0) return;
    out.written += session_.write({id}, pattern(id, out.written, size));
  }
  if (!out.finished) session_.finish({id});
  out.finished = true;
}

void Traffic::read(std::uint64_t id, Incoming& in, TimePoint now) {
  for (;;) {
    const booster::ByteView part = session_.peek({id});
    if (part.empty()) break;
    for (std::size_t i = 0; i < part.size(); ++i) intact_ = intact_ && part[i] == octet(id, in.size + i);
    in.size += part.size();
    received_ += part.size();
    session_.consume({id}, part.size());
  }
  if (in.ended || !session_.at_end({id})) return;
  in.ended = true;
  in.ended_at = now;
  session_.finish({id});
}

void Traffic::take_events(TimePoint now) {
  while (auto event = session_.next_event()) {
    if (const auto* opened = std::get_if<session::Opened>(&*event)) {
      incoming_[opened->id.value].of = opened->of;
      incoming_[opened->id.value].opened_at = now;
    }
    if (const auto* acked = std::get_if<session::AllAcked>(&*event)) {
      if (const auto out = outgoing_.find(acked->id.value); out != outgoing_.end()) out->second.acked = true;
    }
    if (const auto* closed = std::get_if<session::Closed>(&*event)) closed_ = closed->error;
  }
}

void Traffic::pump(TimePoint now) {
  take_events(now);
  for (auto& [id, in] : incoming_) {
    if (!in.ended) read(id, in, now);
  }
  for (auto& [id, out] : outgoing_) {
    if (!out.finished) write(id, out);
  }
  take_events(now);
}

bool Traffic::all_sent() const {
  return std::all_of(outgoing_.begin(), outgoing_.end(), [](const auto& each) { return each.second.acked; });
}

std::size_t Traffic::ended() const {
  return static_cast<std::size_t>(
      std::count_if(incoming_.begin(), incoming_.end(), [](const auto& each) { return each.second.ended; }));
}

}  // namespace sim
