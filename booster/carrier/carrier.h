// Carrier: what brings a session's frames at present, TLS over TCP or BST over UDP. It is made by a Dialer or let in by
// a door; whoever holds it greets, and then has a Mux carried until it breaks.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "booster/crypto/certificate.h"
#include "booster/runtime/clock.h"
#include "booster/runtime/task.h"
#include "booster/session/join.h"

namespace booster::carrier {

using runtime::Task;
class Mux;

enum class CarrierKind { Tls, Udp };
std::string_view to_string(CarrierKind kind);

// What is measured of one path, in the direction this end sends: by us over UDP, by the kernel over TLS.
struct PathReport {
  std::uint32_t id = 0;            // of the path within its connection
  bool in_use = true;              // or about to come or go
  session::BitsPerSecond rate;     // of the bottleneck, 0: not known
  runtime::Duration round_trip{};  // smoothed; zero: not known
  runtime::Duration least_round_trip{};
  runtime::Duration queue{};         // of ours before the bottleneck
  double loss = 0;                   // share of packets lost lately; TLS: sent again, since the beginning
  std::optional<double> radio_loss;  // … of which the rate is not the cause; nullopt: nobody tells them apart
  bool policed = false;              // a limit that drops instead of delaying
  bool rivals = false;               // others keep the queue full
  bool silent = false;               // an answer is owed and probes go unanswered
  std::size_t datagram = 0;          // octets, the largest that passes
  std::uint64_t in_flight = 0;       // octets
  std::uint64_t window = 0;          // octets in flight at most; 0: the kernel's
  // Since the path began.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t packets_lost = 0;     // TLS: sent again
  std::uint64_t spurious_losses = 0;  // of them arrived after all
  std::uint64_t copies = 0;           // packets of which something was sent twice at once
  runtime::Duration silence{};        // after so much the gateway asks whether the client is there: what its NAT allows
};

// What carries a session at present, for status.
struct CarrierReport {
  CarrierKind kind = CarrierKind::Tls;
  std::uint64_t moves = 0;        // to other addresses
  std::vector<PathReport> paths;  // the one in use stands first; none: nothing is measured yet
};

class TraceLog;

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual CarrierKind kind() const = 0;
  virtual CarrierReport report() const = 0;
  // Its steps are written there from now on, whenever that is switched on. Of TLS only the kernel knows them.
  //   Owns  `log` outlives the carrier
  virtual void trace_to(TraceLog&) {}

  // The first message each way (session/hello.h, session/join.h say what is in them).
  //   Errors  Limit, Protocol (not a handshake of ours), Closed, Timeout
  virtual Task<Result<>> write_greeting(Bytes chain) = 0;
  virtual Task<Result<Bytes>> read_greeting(std::size_t limit) = 0;

  // Brings frames both ways until it breaks, falls silent, or the session closes (then the CLOSE is flushed first).
  // `on_answer`: the peer's greeting is still to come; ours go out ahead of it, and it is handed over when it is there.
  //   Errors  what ended it; Closed: the session closed in good order. The session is detached on return
  using OnAnswer = std::function<Result<>(ByteView chain)>;
  virtual Task<Result<>> carry(Mux& mux, OnAnswer on_answer) = 0;
  // Brings data that nobody waits for, beside the carrier that carries `mux`, until it breaks or that one ends.
  //   Errors  what ended it; Closed: there was nothing left for it; Unsupported: one of its kind is enough
  virtual Task<Result<>> carry_beside(Mux& mux);
  // Sends nothing more, and waits a while until the peer has what was sent: after a refusal.
  virtual Task<Result<>> finish() = 0;

  // Returns when another carrier is worth a try beside this one: nothing is heard any more though an answer is owed, or
  // a better kind may have become possible.
  virtual Task<Result<>> doubted() = 0;
  virtual bool silent() const = 0;  // an answer is owed, for longer than the path should take

  // The machine's addresses or routes changed: goes on from where it is now, if it can.
  virtual void network_changed() = 0;
  // What was learned of the path by now is noted, for the next time; it also is whenever a path is left.
  virtual void remember() {}

  // Keying material of this very connection.
  virtual Bytes exporter(std::string_view label, std::size_t size) const = 0;
  virtual std::optional<crypto::Certificate> peer_certificate() const = 0;
  virtual std::string peer() const = 0;  // its address
  // host:port of an HTTP proxy between, by whom only the client's side knows; empty: none.
  virtual std::string via() const { return {}; }
  // One round trip as its handshake has just measured it, delays of computing and of losses included; nullopt: the
  // other end measured it.
  virtual std::optional<runtime::Duration> handshake_round_trip() const { return std::nullopt; }
};

// How a client reaches its gateway.
class Dialer {
 public:
  virtual ~Dialer() = default;
  // A carrier whose gateway is verified.   Errors  Denied: not the gateway we know; Unreachable, Timeout
  virtual Task<Result<std::unique_ptr<Carrier>>> dial() = 0;
  // One of another kind than the present one, to move to.   Errors  Unsupported: there is none
  virtual Task<Result<std::unique_ptr<Carrier>>> dial_other(CarrierKind present);
  // Another TLS connection, to stand beside one.   Errors  Unsupported: TLS is not dialled
  virtual Task<Result<std::unique_ptr<Carrier>>> dial_beside();
};

}  // namespace booster::carrier
