// Carrier: what brings a session's frames at present, TLS over TCP or BST over UDP. It is made by a Dialer or let in by
// a door; whoever holds it greets, and then has a Mux carried until it breaks.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "booster/crypto/certificate.h"
#include "booster/runtime/clock.h"
#include "booster/runtime/task.h"
#include "booster/session/join.h"

namespace booster::carrier {

using runtime::Task;
class Mux;

enum class CarrierKind { Tls, Udp };
std::string_view to_string(CarrierKind kind);

// What a carrier measures of its path in the direction it sends, for status.
struct PathReport {
  session::BitsPerSecond rate;  // of the bottleneck, 0: not known
  runtime::Duration queue{};    // of ours before it
  double loss = 0;              // share of packets lost lately
  double radio_loss = 0;        // … of which the rate is not the cause
  bool policed = false;         // a limit that drops instead of delaying
  bool rivals = false;          // others keep the queue full
  std::size_t datagram = 0;     // octets, the largest that passes
  std::uint64_t copies = 0;     // packets of which something was sent twice at once
  std::uint64_t moves = 0;      // to other addresses
  runtime::Duration silence{};  // after so much the gateway asks whether the client is there: what its NAT allows
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual CarrierKind kind() const = 0;
  virtual std::optional<PathReport> report() const { return std::nullopt; }  // nullopt: the kernel knows, not we

  // The first message each way (session/hello.h, session/join.h say what is in them).
  //   Errors  Limit, Protocol (not a handshake of ours), Closed, Timeout
  virtual Task<Result<>> write_greeting(Bytes chain) = 0;
  virtual Task<Result<Bytes>> read_greeting(std::size_t limit) = 0;

  // Brings frames both ways until it breaks, falls silent, or the session closes (then the CLOSE is flushed first).
  // `on_answer`: the peer's greeting is still to come; ours go out ahead of it, and it is handed over when it is there.
  //   Errors  what ended it; Closed: the session closed in good order. The session is detached on return
  using OnAnswer = std::function<Result<>(ByteView chain)>;
  virtual Task<Result<>> carry(Mux& mux, OnAnswer on_answer) = 0;
  // Sends nothing more, and waits a while until the peer has what was sent: after a refusal.
  virtual Task<Result<>> finish() = 0;

  // Returns when another carrier is worth a try beside this one: nothing is heard any more though an answer is owed, or
  // a better kind may have become possible.
  virtual Task<Result<>> doubted() = 0;
  virtual bool silent() const = 0;  // an answer is owed, for longer than the path should take

  // The machine's addresses or routes changed: goes on from where it is now, if it can.
  virtual void network_changed() = 0;

  // Keying material of this very connection.
  virtual Bytes exporter(std::string_view label, std::size_t size) const = 0;
  virtual std::optional<crypto::Certificate> peer_certificate() const = 0;
  virtual std::string peer() const = 0;  // its address
};

// How a client reaches its gateway.
class Dialer {
 public:
  virtual ~Dialer() = default;
  // A carrier whose gateway is verified.   Errors  Denied: not the gateway we know; Unreachable, Timeout
  virtual Task<Result<std::unique_ptr<Carrier>>> dial() = 0;
  // One of another kind than the present one, to move to.   Errors  Unsupported: there is none
  virtual Task<Result<std::unique_ptr<Carrier>>> dial_other(CarrierKind present);
};

}  // namespace booster::carrier
