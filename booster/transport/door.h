// Door: the gateway's UDP port. Knows which connection a datagram is for, lets new ones in, and answers the rest
// without keeping anything.
//
// Sans-I/O like Connection; owns the connections.
//   Limits  half-open connections: Limits::half_open; above Limits::retry_above a newcomer proves its address first, so
//           that a flood from forged addresses costs one hash a packet
// Source: PROTOCOL.md §4, §6, RFC 9000 §8.1, §10.3
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "booster/transport/connection.h"
#include "booster/transport/packet/token.h"

namespace booster::transport {

// Makes the gateway's end of a key exchange for a newcomer.
class HandshakeMaker {
 public:
  virtual ~HandshakeMaker() = default;
  virtual std::unique_ptr<Handshake> make_handshake() = 0;
};

struct DoorLimits {
  std::size_t connections = 8192;
  std::size_t half_open = 1024;
  std::size_t retry_above = 128;  // half-open ones
  Duration retry_token = std::chrono::seconds(10);
  Duration next_token = std::chrono::hours(24 * 7);
};

class Door {
 public:
  // `secret` outlives the process: reset tokens and address tokens are made from it. `wall`: seconds since the epoch at
  // `now`, for the age of tokens.
  Door(const crypto::Secret& secret, HandshakeMaker& maker, Entropy& entropy, std::chrono::seconds wall, TimePoint now,
       DoorLimits limits = {});

  void on_datagram(const Route& route, std::span<std::byte> bytes, Ecn ecn, TimePoint now);
  void on_deadline(TimePoint now);
  TimePoint next_deadline() const;
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now);
  void on_too_large(const Route& route, std::size_t size, TimePoint now);

  // Connections appear with their first event; after Closed they are gone once forget() was called.
  std::optional<std::pair<Connection*, Event>> next_event();
  // Those that were given input or a deadline since they were asked for last, each once; nullptr: no more.
  Connection* next_touched();
  void wake(Connection& connection);  // it was called from outside: it may have something to send
  void forget(Connection& connection, TimePoint now);
  Handshake& handshake_of(Connection& connection);

  std::size_t connections() const { return guests_.size(); }
  std::size_t half_open() const { return half_open_; }

 private:
  struct Guest {
    std::unique_ptr<Handshake> handshake;
    std::unique_ptr<Connection> connection;
    std::vector<packet::ConnectionId> ids;
    TimePoint deadline = kNever;
    bool ready = false;
    bool touched = false;
    bool open = false;  // established
    bool forgotten = false;
    rate::Remembered told;  // what its last token says of its path
    TimePoint told_at{};
  };
  using Guests = std::unordered_map<Connection*, std::unique_ptr<Guest>>;

  Guest* guest_of(const packet::ConnectionId& id);
  void let_in(const packet::Packet& head, const Route& route, std::span<std::byte> bytes, Ecn ecn, TimePoint now);
  void ask_to_prove(const packet::Packet& head, const Route& route, TimePoint now);
  void answer_unknown(const packet::Packet& head, const Route& route, std::size_t size);
  std::optional<packet::AddressToken> token_of(const packet::Packet& head, const Route& route, TimePoint now);
  void after(Guest& guest, TimePoint now);
  void drain_events(Guest& guest, TimePoint now);
  void give_token(Guest& guest, const Route& route, TimePoint now);
  void note_path(Guest& guest, TimePoint now);
  void remove(Guest& guest);
  std::chrono::seconds wall(TimePoint now) const;

  crypto::Secret reset_key_;
  packet::TokenKey token_key_;
  HandshakeMaker& maker_;
  Entropy& entropy_;
  std::chrono::seconds wall_;
  TimePoint began_;
  DoorLimits limits_;
  Guests guests_;
  std::unordered_map<packet::ConnectionId, Guest*> by_id_;
  std::set<std::pair<TimePoint, Connection*>> deadlines_;
  std::deque<Connection*> ready_;
  std::deque<Connection*> touched_;
  std::deque<std::pair<Connection*, Event>> events_;
  std::size_t half_open_ = 0;
  struct Answer {  // to somebody we keep nothing of
    Route route;
    Bytes bytes;
  };
  std::deque<Answer> answers_;
};

}  // namespace booster::transport
