// Any operations on two sessions wired back to back, cuts and joins among them: neither ever takes the other for a
// liar, and every octet read is the octet written.
#include <array>
#include <cstdlib>
#include <map>

#include "booster/session/session.h"

namespace {

using namespace booster::session;

void require(bool condition) {
  if (!condition) std::abort();
}

std::byte octet(std::uint64_t stream, std::size_t end, std::uint64_t offset) {
  return static_cast<std::byte>((stream * 131 + end * 17 + offset * 7) >> 2);
}

class Machine {
 public:
  explicit Machine(booster::ByteView script) : script_(script) {
    for (Session& end : ends_) end.attach(now_);
  }

  void run() {
    while (at_ < script_.size()) step();
    if (!ends_[0].attached()) join();
    for (int i = 0; i < 200; ++i) {
      carry(0);
      carry(1);
      now_ += std::chrono::seconds(1);
      for (std::size_t end = 0; end < 2; ++end) {
        ends_[end].on_deadline(now_);
        read_all(end);
      }
    }
    for (auto& [key, count] : written_) require(dropped_.contains(key.first) || read_[key] <= count);
  }

 private:
  std::size_t next() { return at_ < script_.size() ? static_cast<std::size_t>(script_[at_++]) : 0; }

  void step() {
    const std::size_t op = next();
    const std::size_t end = op & 1;
    Session& session = ends_[end];
    switch (op >> 1 & 15) {
      case 0:
        if (const auto id = session.open(static_cast<Class>(next() % 10), {})) ids_.push_back(*id);
        break;
      case 1:
      case 2:
        write(end, pick(), next() * 37);
        break;
      case 3:
        if (pick() != kControlStream) session.finish(pick());
        break;
      case 4:
        give_up(end, next() % 3);
        break;
      case 5:
      case 6:
      case 7:
        carry(end);
        break;
      case 8:
        read_all(end);
        break;
      case 9:
        cut();
        break;
      case 10:
        if (!session.attached()) join();
        break;
      case 11:
        session.set_class(pick(), static_cast<Class>(next() % 10));
        break;
      case 12:
        paused_ ? session.resume(pick()) : session.pause(pick());
        paused_ = !paused_;
        break;
      case 13:
        now_ += std::chrono::milliseconds(next() * 10);
        session.on_deadline(now_);
        break;
      case 14:
        session.ping();
        (void)session.send_datagram({});
        break;
      default:
        session.set_path(BitsPerSecond{next() * 1'000'000}, std::chrono::milliseconds(next()));
    }
  }

  StreamId pick() { return ids_[(at_ < script_.size() ? static_cast<std::size_t>(script_[at_]) : 0) % ids_.size()]; }

  // A stream the end does not know yet (or any more) takes nothing.
  void write(std::size_t end, StreamId id, std::size_t size) {
    std::uint64_t& done = written_[{id.value, end}];
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = octet(id.value, end, done + i);
    done += ends_[end].write(id, bytes);
  }

  void give_up(std::size_t end, std::size_t how) {
    const StreamId id = pick();
    if (id == kControlStream) return;
    dropped_[id.value] = true;
    const booster::Error error(booster::Errc::Cancelled, "enough");
    if (how == 0) ends_[end].reset(id, error);
    if (how == 1) ends_[end].stop(id, error);
    if (how == 2) ends_[end].abort(id, error);
  }

  void carry(std::size_t end) {
    std::vector<std::byte> record(ends_[end].record_limit());
    record.resize(ends_[end].fill(record, now_, nullptr));
    if (record.empty()) return;
    const auto used = ends_[1 - end].on_frames(record, now_);
    require(used && *used == record.size());
  }

  void read_all(std::size_t end) {
    while (ends_[end].next_event()) {
    }
    for (const StreamId id : ids_) {
      for (auto part = ends_[end].peek(id); !part.empty(); part = ends_[end].peek(id)) {
        std::uint64_t& done = read_[{id.value, 1 - end}];
        for (const std::byte one : part) require(one == octet(id.value, 1 - end, done++));
        ends_[end].consume(id, part.size());
      }
      (void)ends_[end].at_end(id);
    }
  }

  void cut() {
    for (std::size_t end = 0; end < 2; ++end) {
      std::vector<std::byte> lost(kMaxRecord);
      ends_[end].fill(lost, now_, nullptr);
      ends_[end].detach(now_);
    }
  }

  void join() {
    const booster::Bytes first = ends_[0].resume_state();
    const booster::Bytes second = ends_[1].resume_state();
    require(ends_[1].on_resume_state(first).has_value());
    require(ends_[0].on_resume_state(second).has_value());
    for (Session& end : ends_) end.attach(now_);
  }

  static Limits limits() {
    Limits limits;
    limits.stream_window = 5000;
    limits.session_window = 20000;
    limits.streams = 5;
    limits.receive_budget = 40000;
    limits.send_budget = 30000;
    limits.stream_send = 6000;
    return limits;
  }

  booster::ByteView script_;
  std::size_t at_ = 0;
  bool paused_ = false;
  TimePoint now_{std::chrono::seconds(1)};
  Session ends_[2] = {Session(Role::Client, limits()), Session(Role::Gateway, limits())};
  std::vector<StreamId> ids_ = {kControlStream};
  std::map<std::pair<std::uint64_t, std::size_t>, std::uint64_t> written_, read_;
  std::map<std::uint64_t, bool> dropped_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine(booster::ByteView(reinterpret_cast<const std::byte*>(data), std::min<std::size_t>(size, 400))).run();
  return 0;
}
