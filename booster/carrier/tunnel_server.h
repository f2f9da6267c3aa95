// The gateway's end of the tunnel: accepts connections, begins sessions, takes them up again when a client joins.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "booster/carrier/carrier.h"
#include "booster/carrier/mux.h"
#include "booster/carrier/udp_server.h"
#include "booster/crypto/digest.h"
#include "booster/net/tcp.h"
#include "booster/runtime/scope.h"
#include "booster/session/join.h"
#include "booster/tls/tls_stream.h"

namespace booster::carrier {

struct ServerLimits {
  runtime::Duration grace = std::chrono::minutes(15);  // a broken session stays hot (DESIGN §6)
  std::size_t parked_bytes = 256u << 20;               // of all broken sessions together; the oldest goes first
  std::size_t sessions = 4096;
  std::size_t handshakes = 256;                            // connections that have not said Hello or Join
  runtime::Duration handshake = std::chrono::seconds(30);  // TLS and first message: 20 kbit/s with a full resume state
  session::Limits session;
};

// Who is at the other end of a session.
struct Peer {
  std::optional<crypto::Digest>
      device;  // the key its certificate holds, proved by TLS; whether it is enrolled is the dispatcher's to say
  std::string network;  // for throttling: "192.0.2.0/24"
  std::string address;  // of the present carrier
  std::string device_name;
  std::string agent;
};

class ServerSession {
 public:
  ServerSession(runtime::Loop& loop, const session::Limits& limits) : mux(loop, session::Role::Gateway, limits) {}
  Mux mux;
  Peer peer;
  bool connected() const { return connected_; }
  const Carrier* carrier() const { return present_; }  // nullptr: nothing carries it now
  std::string short_id() const { return codec::to_hex(ByteView(id_).first(4)); }

 private:
  friend class TunnelServer;
  session::SessionId id_{};
  session::SessionSecret secret_{};
  std::uint64_t number_ = 0;  // a later one's is higher
  std::uint64_t carrier_number_ = 0;
  bool connected_ = false;
  runtime::TimePoint parked_since_{};
  runtime::CancelScope* carrier_ = nullptr;  // of the connection that carries it now
  const Carrier* present_ = nullptr;
  runtime::Notify carrier_gone_;
};

// What runs while one session lives.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  // Whether this peer may have a session at all (revoked device: Denied with the reason).
  virtual Result<> admit(const Peer& peer) = 0;
  virtual Task<Result<>> serve_session(std::shared_ptr<ServerSession> session) = 0;
};

class TunnelServer {
 public:
  TunnelServer(runtime::Loop& loop, tls::Context context, std::string agent, ServerLimits limits = {})
      : loop_(loop), context_(std::move(context)), agent_(std::move(agent)), limits_(limits) {}

  // Until cancelled; then every session is closed with a goodbye.
  Task<Result<>> serve(std::vector<net::Listener*> listeners, std::vector<UdpServer*> udp, SessionHost& host);
  // Ends the sessions of a device (revoked) with the reason. Gives their number.
  std::size_t end_sessions_of(const crypto::Digest& device, const std::string& reason);

  std::size_t live_sessions() const { return sessions_.size(); }
  std::uint64_t joins() const { return joins_; }
  using OnNote = std::function<void(const std::string&)>;
  void trace_to(TraceLog& log) { trace_ = &log; }         // connections that come from now on; it outlives them
  void on_note(OnNote note) { note_ = std::move(note); }  // one line for the log about a connection that failed

 private:
  Task<Result<>> accept_each(net::Listener& listener, SessionHost& host);
  Task<Result<>> run_connection(std::unique_ptr<net::Stream> wire, SessionHost& host);
  Task<Result<Bytes>> first_message(std::unique_ptr<net::Stream> wire, std::unique_ptr<Carrier>& carrier);
  Task<Result<>> run_carrier(Carrier& carrier, Bytes first, SessionHost& host);
  Task<Result<>> run_packets(std::unique_ptr<Carrier> carrier, SessionHost& host);
  Task<Result<>> serve_udp(UdpServer& server, SessionHost& host);
  Task<Result<>> begin(Carrier& carrier, const session::Hello& hello, SessionHost& host);
  Task<Result<>> join(Carrier& carrier, const session::Join& join, SessionHost& host);
  Task<Result<>> stand_beside(Carrier& carrier, const session::Join& join, std::shared_ptr<ServerSession> session);
  Task<Result<>> carry(std::shared_ptr<ServerSession> session, Carrier& carrier);
  Task<Result<>> run_session(std::shared_ptr<ServerSession> session, SessionHost& host);
  Task<Result<>> watch_parked();
  Task<Result<>> until_none_carries();
  Task<Result<>> refuse(Carrier& carrier, session::Refusal::Code code, std::string text);
  Peer peer_of(const Carrier& carrier) const;
  void give_up_parked();
  bool is_replaced(const ServerSession& session) const;
  void ask_former(const ServerSession& begun);
  Task<Result<>> break_unless_heard(std::shared_ptr<ServerSession> session);
  void note(const std::string& text) const {
    if (note_) note_(text);
  }

  runtime::Loop& loop_;
  tls::Context context_;
  std::string agent_;
  ServerLimits limits_;
  std::map<session::SessionId, std::shared_ptr<ServerSession>> sessions_;
  runtime::TaskScope* tasks_ = nullptr;
  std::size_t handshakes_ = 0;  // from the moment they are let in
  std::size_t carrying_ = 0;
  bool going_down_ = false;
  std::uint64_t joins_ = 0;
  std::uint64_t begun_ = 0;
  runtime::Notify parked_;  // or one of the same device connected
  OnNote note_;
  TraceLog* trace_ = nullptr;
};

}  // namespace booster::carrier
