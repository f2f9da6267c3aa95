// Connection: one end of BST over UDP. Brings one session's frames over paths that lose, delay and change.
//
// Sans-I/O, single-threaded, never reads a clock. This class only routes: what arrives to the part that knows it
// (packet/, recovery/, rate/, path/), what they want sent into packets.
//   Limits  memory: the session's own, and about 200 octets for each packet in flight; from a hostile peer at most
//   kMaxTls,
//           kMaxGreeting, kMaxEarly and kPathsAtOnce paths
//   Owns    `handshake`, `entropy`, the session outlive it
// Source: PROTOCOL.md, DESIGN §6
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "booster/session/frame_source.h"
#include "booster/transport/entropy.h"
#include "booster/transport/events.h"
#include "booster/transport/handshake.h"
#include "booster/transport/key_use.h"
#include "booster/transport/limits.h"
#include "booster/transport/path/keepalive_search.h"
#include "booster/transport/path/path.h"
#include "booster/transport/path/path_ids.h"
#include "booster/transport/small_stream.h"
#include "booster/transport/trace/watch.h"

namespace booster::transport {

struct Settings {
  Role role = Role::Client;
  std::optional<rate::Remembered> remembered;  // of a path over the same network
  std::optional<path::IdleLife> idle_life;     // of the same network
  Bytes token;                                 // client: from an earlier connection, proves the address
  const crypto::Secret* reset_key = nullptr;   // gateway: outlives the process; a client makes tokens up
  // Gateway: the ids of the client's first packet, and that its address is proved by a token.
  packet::ConnectionId first_destination;  // before any Retry
  packet::ConnectionId keyed_destination;  // what the handshake keys are made from
  packet::ConnectionId client_id;
  bool address_proved = false;
};

class Connection {
 public:
  Connection(Settings settings, Handshake& handshake, Entropy& entropy, const Route& route, TimePoint now);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- the carrier's side

  // One datagram; changed in place.
  void on_datagram(const Route& route, std::span<std::byte> bytes, Ecn ecn, TimePoint now);
  void on_deadline(TimePoint now);
  // Until its bytes are 0. `into`: at least kEthernet octets, up to 64 KiB in use.
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now);
  TimePoint next_deadline(TimePoint now) const;
  std::optional<Event> next_event();
  // A datagram of ours was larger than the system sends on this route.
  void on_too_large(const Route& route, std::size_t size, TimePoint now);

  // --- the session's side

  // Octets of the greeting stream: Hello, Join and their answers (booster/session).
  void greet(ByteView bytes) { greeting_.write(bytes); }
  // From here on frames flow. What came before waits until now.    Errors  the session's: it has closed
  Result<> attach(session::FrameSource& source, TimePoint now);
  void detach() { source_ = nullptr; }
  void give_token(ByteView token);  // gateway: for the client's next connection
  // What is under way is not waited for. The last event follows once it is told.
  void close(const Error& error, TimePoint now);

  // --- paths

  // Client: goes on from another address, at once; the one before is given up when this one answers.
  //   Errors  Full: the peer has given no more ids (yet)
  Result<PathId> move(const Route& route, TimePoint now);
  // Client: asks whether the gateway answers there; everything else stays where it is. PathProved or PathFailed
  // follows, unless the connection moves elsewhere before.   Errors  as move()
  Result<PathId> try_path(const Route& route, TimePoint now);
  // Client: goes on from an address on trial that has answered; all others are given up.   Errors  NotFound: it is none
  Result<> go_to(PathId path, TimePoint now);
  void give_up_trials(TimePoint now);
  // Client: whether the gateway still answers; silence is told as usual.
  void ask();
  bool uses(const Route& route) const;
  // Client: what is known of the network that the connection goes through by now.
  void recall(const std::optional<rate::Remembered>& path, const std::optional<path::IdleLife>& idle_life);

  // Tells every step from here on; nullptr: no more.    Owns  `observer` outlives this, or is taken away before
  void trace_to(trace::Observer* observer);

  // --- what is known

  bool established() const { return established_; }
  bool greeting_arrived() const { return greeting_.all_acked(); }  // what greet() was given, at the peer
  // How long probes have gone unanswered; zero: they have not.
  Duration silent_for(TimePoint now) const {
    return active().silent_since == kNever ? Duration{} : now - active().silent_since;
  }
  bool confirmed() const { return established_ && !long_; }  // the peer knows it, too
  bool closed() const { return end_.has_value(); }
  const path::Path& active() const { return *paths_.at(active_); }
  Duration smoothed_rtt() const { return active().rtt.smoothed(); }
  std::optional<rate::Remembered> remember() const;
  const path::KeepaliveSearch& keepalive() const { return keepalive_; }
  std::chrono::seconds keepalive_interval() const;  // of silence, before the gateway asks
  std::uint64_t datagrams_sent() const { return datagrams_sent_; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }
  std::uint64_t bytes_received() const { return bytes_received_; }
  std::uint64_t moves() const { return moves_; }
  // Nothing came since then though an answer is owed; kNever: it answers.
  TimePoint silent_since() const { return active().silent_since; }
  // Who is at this address has shown that it receives there.
  bool is_proved(const Route& route) const;
  std::size_t paths() const { return paths_.size(); }
  const std::map<PathId, std::unique_ptr<path::Path>>& all_paths() const { return paths_; }
  // For tests: as if the packet key had sealed so many.
  void wear_key(std::uint64_t packets) { keys_->wear(packets); }

 private:
  static constexpr std::size_t kLeastPacket = 96;     // worth sending: an ACK, a challenge
  static constexpr std::size_t kLeastChallenge = 64;  // to where somebody was seen in one packet of the smallest kind
  struct Draft;                                       // a packet being written; connection_send.cc
  struct LongSpace {                                  // the space of long packets, until the handshake is confirmed
    LongSpace(const packet::ConnectionId& destination, Role role) : keys(destination, role) {}
    LongKeys keys;
    recovery::ReceivedPackets received;
    recovery::SentPackets sent;
    bool ack_due = false;
    int probes = 0;
    int probes_due = 0;
    struct Arrival {
      PacketNumber number;
      packet::frame::ArrivalTick at;
      TimePoint left{};
    };
    std::optional<Arrival> last_arrival;
    struct Left {
      TimePoint at{};
      std::uint32_t size = 0;
      bool eliciting = false;
    };
    std::vector<Left> left;  // by number, also of what was given up since
  };
  using Paths = std::map<PathId, std::unique_ptr<path::Path>>;

  // connection.cc
  path::Path& add_path(PathId id, const Route& route, const packet::ConnectionId& ours);
  path::Path& active_path() { return *paths_.at(active_); }
  void drive_handshake(TimePoint now);
  Result<> take_handshake(TimePoint now);
  void make_keys();
  void establish(TimePoint now);
  void confirm(TimePoint now);
  void start_rate(path::Path& path);
  Result<path::Path*> open_path(const Route& route, TimePoint now);
  void give_up_others(TimePoint now);
  void tell(Event event);
  void end(Error error, bool by_peer, TimePoint now);
  void issue_ids();
  packet::ConnectionId new_id();
  packet::ResetToken token_for(const packet::ConnectionId& id);

  // connection_receive.cc: datagrams to packets
  Result<bool> take_packet(const packet::Packet& head, std::span<std::byte> packet, const Route& route, Ecn ecn,
                           TimePoint now);
  Result<bool> take_long(const packet::Packet& head, std::span<std::byte> packet, const Route& route, TimePoint now);
  struct Arrival {
    Route route;
    Ecn ecn;
    TimePoint at;  // what waited for keys is older than the moment it is opened
  };
  Result<bool> take_short(const packet::Packet& head, std::span<std::byte> packet, const Arrival& arrival,
                          TimePoint now);
  void take_retry(const packet::Packet& head, std::span<const std::byte> packet, TimePoint now);
  void keep_early(std::span<std::byte> packet, const Arrival& arrival);
  void take_early(TimePoint now);
  bool is_reset_for_us(ByteView datagram) const;
  std::optional<PathId> number_of(const packet::ConnectionId& ours) const;
  path::Path* path_of(PathId number, const Route& route, std::size_t size);
  Result<> learn_id(PathId number, ByteView payload);
  void count_received(const Route& route, std::size_t size);
  bool is_stranger(const Route& route) const;
  void notice_address(path::Path& path, const Route& route, PacketNumber number, std::size_t size);
  void notice_arrival(path::Path& path, PacketNumber number, bool eliciting, const Arrival& arrival);

  // connection_frames.cc: what packets hold
  struct Seen {  // of one payload
    bool eliciting = false;
    bool session = false;
    bool keepalive = false;
    bool probing_only = true;
  };
  Result<Seen> scan(ByteView payload);
  Result<> take_frames(path::Path* path, const Route& route, ByteView payload, TimePoint now);
  Result<> on_frame(path::Path* path, const Route& route, const packet::frame::Frame& frame, TimePoint now);
  Result<> on_long_ack(const packet::frame::Ack& ack, TimePoint now);
  Result<> on_path_ack(const packet::frame::Ack& ack, TimePoint now);
  Result<> on_times(const packet::frame::Times& times);
  Result<> on_peer_id(const packet::frame::NewPath& frame);
  Result<> on_retired(const path::Path& path, PathId retired, TimePoint now);
  Result<> on_gateway_frame(const packet::frame::Frame& frame, TimePoint now);
  void on_challenge(path::Path& path, const Route& route, const packet::frame::Challenge& bytes);
  void on_response(const packet::frame::Challenge& bytes, TimePoint now);
  Result<> on_session_frames(ByteView frames, TimePoint now);

  // connection_loss.cc: what became of what was sent
  void settle(path::Path& path, recovery::AckReport& report, const packet::frame::Ack& ack, TimePoint now);
  void give_up_lost(path::Path& path, TimePoint now);
  void notice_large_lost(path::Path& path, const recovery::SentPacket& packet, TimePoint now);
  void frames_acked(std::span<const recovery::OwnFrame> frames, PathId path);
  void frames_lost(std::span<const recovery::OwnFrame> frames);
  void requeue(const recovery::SentPacket& packet, TimePoint now);
  void consider_copies(path::Path& path, const recovery::SentPacket& packet, bool last, TimePoint now);
  void send_copies(path::Path& path, TimePoint now);
  void on_probe_timeout(path::Path& path, TimePoint now);
  void go_on(path::Path& path, TimePoint now);
  Duration probe_timeout(const path::Path& path) const;
  TimePoint probe_deadline(const path::Path& path) const;
  TimePoint long_probe_deadline() const;
  TimePoint handshake_deadline() const;
  void watch_long_space(TimePoint now);
  void watch_path(path::Path& path, TimePoint now);
  void notice_sleep(TimePoint now);
  void watch_silence(TimePoint now);
  TimePoint silence_deadline() const;
  void notice_long_arrival(const packet::frame::Ack& ack, TimePoint now);
  void tune_acks(path::Path& path);
  Duration arrival(path::Path& path, packet::frame::ArrivalTick tick);
  void take_candidate(path::Path& path, TimePoint now);
  void on_failed(PathId id, TimePoint now);
  void on_proved(PathId id, TimePoint now);
  void follow(PathId id, TimePoint now);
  void return_from(PathId id, TimePoint now);
  void send_again(path::Path& path, TimePoint now);
  void drop_path(PathId id, TimePoint now);

  // connection_tickets.cc: what the session is told
  void session_acked(std::span<const recovery::SentPacket> packets, TimePoint now);
  void keep_rooms(std::vector<recovery::SentPacket>& packets);

  // connection_due.cc: what is due, and whether it may go
  bool long_due(TimePoint now) const;
  bool own_frames_due(const path::Path& path, TimePoint now) const;
  bool may_send_data(const path::Path& path, TimePoint now) const;
  bool may_send_at_all(const path::Path& path) const { return allowed_to(path) >= kLeastPacket; }
  bool may_search_mtu(const path::Path& path) const;
  bool wants_packet(const path::Path& path, bool may_carry_data, TimePoint now) const;
  TimePoint path_deadline(const path::Path& path, TimePoint now) const;
  std::size_t allowed_to(const path::Path& path) const;  // by RFC 9000 §8.1
  static std::size_t allowed_to(const path::Candidate& candidate);
  bool proved(const path::Path& path) const;
  bool carries_all(const path::Path& path) const;

  // connection_idle.cc: when nothing happens
  bool may_keep_alive() const;
  Duration keepalive_slack() const;
  TimePoint keepalive_deadline() const;
  void watch_quiet(TimePoint now);
  void notice_end_of_quiet(const path::Path& path, bool asked, TimePoint now);
  void on_keepalive(const packet::frame::Keepalive& frame);

  // connection_send.cc: packets to datagrams
  std::size_t write_long(std::span<std::byte> into, TimePoint now);
  std::size_t write_short(path::Path& path, std::span<std::byte> into, bool may_carry_data, TimePoint now);
  std::size_t write_close(std::span<std::byte> into, TimePoint now);
  DatagramRun mtu_probe(path::Path& path, std::span<std::byte> into, TimePoint now);
  DatagramRun close_datagram(std::span<std::byte> into, TimePoint now);
  void write_acks(Draft& draft, path::Path& path, TimePoint now);
  bool put_ack(Draft& draft, path::Path& path, TimePoint now) const;
  void write_own_frames(Draft& draft, path::Path& path, TimePoint now);
  void bring_id(Draft& draft, const path::Path& path);
  void write_session(Draft& draft, path::Path& path, TimePoint now);
  std::size_t finish_short(Draft& draft, path::Path& path, TimePoint now);
  Draft begin_short(path::Path& path, std::span<std::byte> into);
  DatagramRun handshake_datagram(std::span<std::byte> into, TimePoint now);
  DatagramRun path_datagrams(path::Path& path, std::span<std::byte> into, TimePoint now);
  DatagramRun challenge_datagram(path::Path& path, std::span<std::byte> into, TimePoint now);
  DatagramRun sent(path::Path& path, const Route& route, std::size_t segment, std::size_t bytes, TimePoint now);
  packet::frame::ArrivalTick tick(TimePoint at) const;

  Settings settings_;
  Handshake& handshake_;
  Entropy& entropy_;
  session::FrameSource* source_ = nullptr;
  const TimePoint began_;

  packet::ExchangedIds ids_;
  std::unique_ptr<LongSpace> long_;  // nullptr: confirmed
  std::unique_ptr<ShortKeys> keys_;
  SmallStream tls_{kMaxTls};
  SmallStream greeting_{kMaxGreeting};
  Paths paths_;
  PathId active_{0};
  path::PathIds path_ids_;
  packet::ConnectionId long_destination_;
  Bytes token_;
  bool retried_ = false;
  bool peer_spoke_ = false;
  bool established_ = false;
  bool address_proved_ = false;
  bool done_due_ = false;
  bool token_due_ = false;
  Bytes token_to_give_;
  std::deque<PathId> ids_due_;
  std::deque<PathId> retires_due_;
  std::optional<BitsPerSecond> pair_rate_;

  struct Early {
    Bytes bytes;
    Arrival arrival;
  };
  std::deque<Early> early_;  // packets that came before the peer had proved who it is
  std::size_t early_bytes_ = 0;
  std::deque<Bytes> early_frames_;  // session frames that came before there was a session
  std::size_t early_frame_bytes_ = 0;

  path::KeepaliveSearch keepalive_;  // client
  bool keepalive_due_ = false;
  Duration ask_after_;                  // gateway: as the client said last
  int asked_ = 0;                       // gateway: in a row, unanswered
  TimePoint asked_at_{};                // gateway
  std::optional<Duration> self_asked_;  // client: the gateway did not ask though it should have, after so much silence

  std::optional<Closed> end_;
  bool close_due_ = false;
  bool silence_told_ = false;
  TimePoint last_input_{};
  TimePoint woke_{};             // the machine slept until then: what left before it tells nothing of the path's time
  std::uint64_t after_end_ = 0;  // datagrams that came after it
  TimePoint drained_at_ = kNever;
  std::deque<Event> events_;
  std::uint64_t datagrams_sent_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t moves_ = 0;
  std::unique_ptr<trace::Watch> watch_;  // nullptr: nobody looks on

  // Room used again and again, so that a packet allocates nothing.
  packet::frame::Scratch scratch_;
  session::FrameTickets acked_;
  std::vector<session::FrameTickets> ticket_rooms_;
};

}  // namespace booster::transport
