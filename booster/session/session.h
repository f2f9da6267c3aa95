// One session: many streams with credit and classes over whatever carriers there are, outliving each of them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "booster/schedule/scheduler.h"
#include "booster/session/frame.h"
#include "booster/session/frame_source.h"
#include "booster/session/limits.h"
#include "booster/session/resume_state.h"
#include "booster/session/types.h"

namespace booster::session {

struct StreamState;  // session/stream_state.h

struct ClassCounters {  // stream payload, without frame headers
  std::uint64_t sent = 0;
  std::uint64_t sent_again = 0;
  std::uint64_t received = 0;
};

// One end. Single-threaded, sans-I/O; never reads a clock. Used between client and gateway, and between the gateway's
// front and a worker: who forwards a stream reads from one session only what the other takes, so credit goes end to
// end.
//   Shape   not attached at first: attach() says that a carrier is there, detach() that it is gone
//   Limits  memory <= receive_budget + send_budget + about 4 KiB per live stream (2 x Limits::streams) + 2 MiB; reached
//   by a
//           hostile peer at worst. Acknowledgements of forgotten streams, datagrams, pongs: counted, limits.h
//   Errors  a peer's mistake closes the session: on_frames() returns it, a CLOSE is given to fill(), Closed is the last
//   event
class Session final : public FrameSource {
 public:
  explicit Session(Role role, const Limits& limits = {});
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // --- Streams. Calls on a stream that is over are harmless: 0 bytes, at_end, no effect.

  //   Errors  Full: the peer's stream limit (StreamsAvailable follows) · Limit: metadata > kMaxMetadata · Closed
  Result<StreamId> open(Class of, ByteView metadata);
  // Takes what the send budget allows; less than all of it: wait for Writable.
  std::size_t write(StreamId stream, ByteView bytes);
  std::size_t write_room(StreamId stream) const;    // what write() would take now
  void finish(StreamId stream);                     // no more writes; the other direction goes on
  void reset(StreamId stream, const Error& error);  // our direction ends here, what is unsent is dropped
  void stop(StreamId stream, const Error& error);   // nothing more is wanted from the peer; what came is dropped
  void abort(StreamId stream, const Error& error);  // both

  ByteView peek(
      StreamId stream) const;  // the next bytes in one piece, until consume() or the next on_frames(); empty: none now
  void consume(StreamId stream, std::size_t bytes);
  std::size_t read(StreamId stream, std::span<std::byte> into);
  bool at_end(StreamId stream);  // all was read and the peer's end is there (or it was reset, or the stream is over)

  void set_class(StreamId stream, Class of);  // our direction; each sender's own choice
  std::optional<Class> class_of(StreamId stream) const;
  // Our direction waits for the link sooner: what is written can neither be taken back nor packed better.
  void keep_little(StreamId stream);
  void pause(StreamId stream);  // our direction sends no data until resume(); the rest of the session is not delayed
  void resume(StreamId stream);

  // --- Beside the streams.

  // What is only worth it now. Errors  Limit: > kMaxDatagram · Closed. A full queue drops its oldest.
  Result<> send_datagram(ByteView bytes);
  void ping();  // Pong follows, unless the carrier goes first
  // A PING after so much silence; zero: none, the carrier keeps its way open itself. Until then as Limits say.
  void set_keepalive(Duration interval) { limits_.keepalive = interval; }
  // Client: the gateway shall do so after so much silence, over this carrier.   Limits  kLeastKeepalive, kMostKeepalive
  void ask_peer_to_ping(std::chrono::seconds interval) { asks_for_pings_ = interval; }
  bool expects_answer() const { return expecting_since_ != kNever; }
  // Orderly end: after what fill() gives next nothing is sent or taken. Errc::Closed for a good end.
  void close(const Error& error);

  std::optional<Event> next_event();  // until nullopt

  // Tunes both windows and the send allowance to 4-5 BDP within the budgets; never below Limits, never shrinks.
  void set_path(BitsPerSecond rate, Duration rtt);

  // --- Carriers.

  void attach(TimePoint now);  // the first carrier, or after on_resume_state() a new one
  void detach(TimePoint now);  // the carrier is gone; bytes it still held must not be fed
  bool attached() const { return attached_; }
  // What we have of the peer's streams, for the peer; at most kMaxResumeState bytes. Both ends exchange it after
  // detach() and before attach().                                                                  Source: PROTOCOL.md
  // §6
  Bytes resume_state() const;
  //   Errors  Protocol: impossible state (more than was sent, forgotten streams alive): the session has closed
  Result<> on_resume_state(ByteView state);

  std::size_t fill(std::span<std::byte> into, TimePoint now, FrameTickets* tickets) override;
  // For a stream carrier beside the first one: data of streams that nobody waits for, and nothing else. When it is
  // gone, on_lost() is told of what is not settled.
  std::size_t fill_bulk(std::span<std::byte> into, TimePoint now, FrameTickets& tickets);
  bool settled(const FrameTicket& ticket) const;  // the peer has it, or wants it no more
  bool has_frames(TimePoint now) const override;
  std::size_t record_limit() const override;
  Result<std::size_t> on_frames(ByteView in, TimePoint now) override;
  Result<> on_packet(ByteView in, TimePoint now) override;
  void on_acked(std::span<const FrameTicket> tickets, TimePoint now) override;
  void on_lost(std::span<const FrameTicket> tickets, TimePoint now) override;
  void on_deadline(TimePoint now) override;
  TimePoint next_deadline() const override;

  // --- What is known, for status and for budgets.

  Role role() const { return role_; }
  const std::optional<Error>& closed() const { return closed_; }
  std::uint64_t unsent_bytes(Class of) const;          // written, not yet given to a carrier
  std::uint64_t unacked_bytes(StreamId stream) const;  // written, not yet acknowledged
  std::size_t buffered_bytes() const { return send_buffered_ + receive_buffered_; }
  std::size_t live_streams() const { return streams_.size(); }
  const ClassCounters& counters(Class of) const { return counters_[schedule::index(of)]; }
  std::uint64_t control_bytes_sent() const { return control_bytes_; }  // every octet filled that is not stream payload

 private:
  // session_resume.cc
  Result<> resume_stream(StreamState& stream, const ResumeState& state);
  Result<> check_resume(const ResumeState& state) const;

  // session.cc: streams as the upper layer sees them
  StreamState* find(StreamId stream) const;
  StreamState& add_stream(StreamId stream, Class of);
  std::size_t send_room(const StreamState& stream) const;
  void tell(StreamState& stream, std::uint8_t what);
  void refresh(StreamState& stream);  // readiness in the scheduler
  void drop_if_over(StreamState& stream);
  void release_send(StreamState& stream, std::size_t before);
  void wake_writers();
  void after_consume(StreamState& stream, std::uint64_t bytes);
  std::uint64_t credit_left(const StreamState& stream) const;

  // session_fill.cc: what goes out
  class Filler;
  void fill_control(Filler& out, TimePoint now);
  enum class Streams { All, Bulk };
  void fill_streams(Filler& out, Streams which);
  void fill_stream_control(Filler& out, StreamState& stream);
  void fill_acks(Filler& out, TimePoint now);
  bool fill_data(Filler& out, StreamState& stream);
  void expect(TimePoint now);
  bool acks_due(TimePoint now) const;
  TimePoint keepalive_deadline() const;

  // session_input.cc: what comes in
  Result<std::size_t> take_frames(ByteView in, TimePoint now, bool owe_acks);
  Result<> on_frame(const frame::Frame& frame, TimePoint now, bool owe_acks);
  Result<> on_stream(const frame::Stream& frame, TimePoint now, bool owe_acks);
  Result<> on_reset(const frame::Reset& frame, TimePoint now, bool owe_acks);
  Result<> on_stop(const frame::StopSending& frame);
  Result<> on_ack(StreamId stream, std::uint64_t mark);
  Result<> on_max_data(std::uint64_t limit);
  Result<> on_max_stream_data(const frame::MaxStreamData& frame);
  Result<> on_max_streams(std::uint64_t limit);
  Result<StreamState*> stream_for(StreamId stream, bool by_data);  // nullptr: over and forgotten
  Result<> charge(StreamState& stream, std::uint64_t highest);
  void owe_ack(StreamId stream, std::uint64_t mark, std::uint64_t fresh, bool end, TimePoint now);
  void settle_acked(StreamState& stream, std::size_t before);
  Error close_on(Error error);
  void update_session_credit();
  void update_stream_credit(StreamState& stream);
  void update_stream_count();

  bool is_ours(StreamId stream) const;
  std::uint64_t ordinal(StreamId stream) const;  // 0, 1, 2… within its opener's ids
  StreamId nth(Role opener, std::uint64_t ordinal) const;
  bool seen_and_gone(StreamId stream) const;

  const Role role_;
  Limits limits_;
  bool attached_ = false;
  std::optional<Error> closed_;
  bool closed_by_peer_ = false;
  bool closed_told_ = false;
  bool close_due_ = false;

  std::unordered_map<std::uint64_t, std::unique_ptr<StreamState>> streams_;
  schedule::Scheduler scheduler_;
  std::uint64_t next_ordinal_ = 0;  // ours
  std::uint64_t streams_allowed_;   // by the peer
  bool open_refused_ = false;
  bool streams_told_ = false;
  std::uint64_t peer_ordinal_ = 0;  // the peer's: one above the highest seen
  std::set<std::uint64_t> unseen_;  // ordinals below it that have not been seen
  std::uint64_t peer_closed_ = 0;
  std::uint64_t streams_granted_;
  bool max_streams_due_ = false;

  std::uint64_t data_allowed_;  // by the peer, all streams but control
  std::uint64_t data_sent_ = 0;
  std::uint64_t data_granted_;
  std::uint64_t data_received_ = 0;  // sum of highest offsets
  bool max_data_due_ = false;
  std::uint64_t reserve_;  // session credit that only urgent classes may use
  std::uint64_t stream_window_;
  std::uint64_t session_window_;
  std::size_t stream_send_;
  std::size_t path_send_ = 0;               // the same, as measured alone
  std::set<std::uint64_t> credit_blocked_;  // streams that wait for session credit
  std::set<std::uint64_t> control_due_;     // streams that owe RESET, STOP_SENDING or MAX_STREAM_DATA
  std::set<std::uint64_t> write_blocked_;

  std::size_t send_buffered_ = 0;
  std::size_t receive_buffered_ = 0;
  std::size_t ranges_ = 0;       // out-of-order ranges of all streams
  std::size_t urgent_open_ = 0;  // live streams whose urgent direction of ours has not ended

  std::map<std::uint64_t, std::uint64_t> acks_;  // owed: stream -> mark
  TimePoint ack_deadline_ = kNever;
  bool ack_now_ = false;
  bool ack_ride_ = false;  // worth its bytes in a record that goes anyway

  std::deque<std::uint64_t> event_streams_;
  std::deque<Datagram> datagrams_in_;
  std::deque<Bytes> datagrams_out_;
  std::deque<std::uint64_t> pongs_due_;
  std::deque<Duration> pongs_in_;
  bool ping_due_ = false;
  std::optional<std::chrono::seconds> asks_for_pings_;  // not yet said
  std::uint64_t next_ping_ = 1;
  std::map<std::uint64_t, TimePoint> pings_out_;
  std::optional<Duration> silent_;

  TimePoint last_heard_ = kNever;
  TimePoint expecting_since_ = kNever;  // an answer is owed since then
  std::uint64_t unacked_total_ = 0;     // given to a carrier, not yet acknowledged
  std::array<ClassCounters, schedule::kClasses> counters_{};
  std::uint64_t control_bytes_ = 0;
};

}  // namespace booster::session
