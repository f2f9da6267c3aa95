// Mux: one session's streams as net::Streams on the loop, whatever carriers come and go below.
#pragma once
#include <functional>
#include <memory>
#include <unordered_map>

#include "booster/carrier/link_rate.h"
#include "booster/net/stream.h"
#include "booster/runtime/channel.h"
#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"
#include "booster/session/session.h"

namespace booster::carrier {

using net::Task;

class Mux;

// One stream of a session. Dropping it resets what is not finished.
class MuxStream final : public net::Stream {
 public:
  ~MuxStream() override { close(); }

  Task<Result<std::size_t>> read(std::span<std::byte> into) override;
  Task<Result<>> write(ByteView bytes) override;  // Cancel  leaves the stream open; what was taken is sent
  Task<Result<>> finish() override;
  void close() override;
  std::string peer() const override { return "tunnel"; }

  session::StreamId id() const { return id_; }
  void set_class(session::Class of);
  void keep_little();
  void pause();
  void resume();
  void abort(const Error& error);  // both directions, with a reason for the peer
  // Until everything written and the end have arrived at the peer.   Errors  what ended the stream before
  Task<Result<>> delivered();

 private:
  friend class Mux;
  struct State {
    runtime::Notify change;
    std::optional<Error> reset;    // by the peer
    std::optional<Error> stopped;  // by the peer
    bool all_acked = false;
  };
  MuxStream(Mux& mux, session::StreamId id, std::shared_ptr<State> state)
      : mux_(&mux), id_(id), state_(std::move(state)) {}

  Mux* mux_;  // nullptr: closed
  session::StreamId id_;
  std::shared_ptr<State> state_;
  bool finished_ = false;
};

struct Incoming {
  std::unique_ptr<MuxStream> stream;
  session::Class of = session::Class::Bodies;
  Bytes metadata;
};

class Mux {
 public:
  // `name` is for logs. The loop outlives the Mux; streams must be gone before it (CHECK).
  Mux(runtime::Loop& loop, session::Role role, const session::Limits& limits = {});
  Mux(const Mux&) = delete;
  Mux& operator=(const Mux&) = delete;
  ~Mux();

  // Waits only for room among the streams, never for the link.   Errors  Closed: the session is over
  Task<Result<std::unique_ptr<MuxStream>>> open(session::Class of, Bytes metadata);
  // The control stream; taken once.
  std::unique_ptr<MuxStream> control();
  // The next stream that the peer opened.   Errors  Closed, with the session's reason
  Task<Result<Incoming>> accept();

  // Carries over `wire` until that breaks, falls silent, or the session closes (then the CLOSE is flushed first).
  // `least_round_trip`: what the kernel cannot see, where a proxy stands between.
  //   Errors  what ended the wire; Closed: the session closed in good order. The session is detached on return
  Task<Result<>> carry(net::Stream& wire, runtime::Duration least_round_trip = {});
  // Over another connection, beside carry(): data of streams that nobody waits for. What it has not brought when it
  // ends goes over the first one.
  //   Errors  what ended it; Closed: the first one ended, or (at the client) nothing moved for a while
  Task<Result<>> carry_beside(net::Stream& wire);
  bool has_beside() const { return beside_; }
  Task<Result<>> until_transfer();  // until more than a few messages have moved in one go
  // --- for a carrier of packets, which asks the session itself
  void begin_carrying();
  void end_carrying();
  // Called before what came after so much silence is taken; nullptr: nobody wants to know.
  using OnHeard = std::function<void(runtime::Duration silence)>;
  void on_heard(OnHeard call) { on_heard_ = std::move(call); }
  void after_input(bool heard);               // the session was called: tells its events, notes when the peer was heard
  runtime::Notify& output() { return out_; }  // the session may have something to send
  void note_windows(BitsPerSecond rate, runtime::Duration round_trip);  // what the session's windows must allow
  void note_rate(BitsPerSecond rate);                                   // a sample of what the path takes from us

  void close(const Error& error);
  const std::optional<Error>& closed() const { return session_.closed(); }
  Task<Result<>> wait_closed();

  session::Session& session() { return session_; }
  runtime::Loop& loop() { return loop_; }
  std::optional<runtime::Duration> last_rtt() const { return last_rtt_; }
  // How fast the path takes what this end sends, as known last.
  std::optional<BitsPerSecond> link_rate() const { return told_rate_; }
  void assume_link_rate(BitsPerSecond rate) { told_rate_ = rate; }     // of an earlier session over the same path
  runtime::Notify& link_rate_changed() { return link_rate_changed_; }  // by a quarter or more
  runtime::TimePoint last_heard() const { return last_heard_; }
  void ping();

 private:
  friend class MuxStream;
  Task<Result<>> read_frames(net::Stream& wire);
  Task<Result<>> write_frames(net::Stream& wire);
  std::size_t fill_records(std::span<std::byte> into, runtime::TimePoint now);
  void measure(int fd, std::size_t bytes);
  void tell_link_rate();
  Task<Result<>> watch_silence();
  struct Beside;
  Task<Result<>> read_beside(net::Stream& wire, Beside& beside);
  Task<Result<>> write_beside(net::Stream& wire, Beside& beside);
  Task<Result<>> watch_beside(Beside& beside);
  Task<Result<>> wait_detached();
  void measure_beside(int fd, std::size_t bytes);
  void note_burst(std::size_t bytes);
  void on_events();  // after every call into the session
  void wake_writer() { out_.notify_all(); }
  std::shared_ptr<MuxStream::State> state_of(session::StreamId id);

  struct Handler;

  runtime::Loop& loop_;
  session::Session session_;
  std::unordered_map<std::uint64_t, std::shared_ptr<MuxStream::State>> states_;
  std::deque<Incoming> incoming_;
  runtime::Notify accepted_;
  runtime::Notify out_;
  runtime::Notify streams_;
  runtime::Notify over_;
  runtime::Notify silent_;
  bool fell_silent_ = false;
  std::optional<runtime::Duration> last_rtt_;
  runtime::TimePoint last_heard_{};
  OnHeard on_heard_;
  std::uint64_t moved_ = 0;  // bytes both ways since measured_
  runtime::TimePoint measured_{};
  runtime::Duration least_round_trip_{};
  bool beside_ = false;        // a second connection stands
  BitsPerSecond beside_rate_;  // … and takes so much
  std::uint64_t burst_ = 0;    // bytes both ways without a pause
  runtime::TimePoint burst_at_{};
  runtime::Notify transfer_;
  runtime::Notify detached_;
  LinkRate link_rate_;
  std::optional<BitsPerSecond> told_rate_;
  runtime::Notify link_rate_changed_;
  std::size_t open_streams_ = 0;
};

}  // namespace booster::carrier
