// The client's end of the tunnel: connects, says Hello, carries; after a break joins again; after a lost session starts
// a new one.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "booster/carrier/carrier.h"
#include "booster/carrier/mux.h"
#include "booster/session/join.h"

namespace booster::carrier {

struct ClientOptions {
  std::string agent;   // "packetboat 0.1.0"
  std::string device;  // its name, for people
  session::Limits limits;
};

enum class LinkState { Down, Connecting, Up };

// What runs while one session lives; it ends when the session does. `mux` outlives it.
class SessionUser {
 public:
  virtual ~SessionUser() = default;
  virtual Task<Result<>> use_session(Mux& mux) = 0;
};

class TunnelClient {
 public:
  TunnelClient(runtime::Loop& loop, Dialer& dialer, ClientOptions options)
      : loop_(loop), dialer_(dialer), options_(std::move(options)) {}

  // Until cancelled. Each new session is handed to `user`; when the gateway no longer knows it, its streams end and the
  // next follows.
  Task<Result<>> run(SessionUser& user);
  void retry_now();        // a person waits: do not sit out the backoff
  void network_changed();  // the same, and the present carrier goes on from where the machine is now
  void remember() const {  // what the present carrier has learned
    if (present_ != nullptr) present_->remember();
  }

  LinkState state() const { return state_; }
  const std::optional<Error>& last_error() const { return last_error_; }  // of the last try, until one succeeds
  std::optional<runtime::TimePoint> last_contact() const;
  const Carrier* carrier() const { return present_; }  // nullptr: none carries now
  const std::string& gateway_agent() const { return gateway_agent_; }
  Mux* mux() { return mux_.get(); }  // nullptr: no session yet
  runtime::Notify& changed() { return changed_; }
  std::uint64_t sessions_begun() const { return sessions_; }
  std::uint64_t joins() const { return joins_; }
  std::uint64_t second_carriers() const { return second_carriers_; }  // connections that stood beside another

 private:
  Task<Error> run_session(SessionUser& user);
  Task<Error> keep_carried();
  Task<Result<>> connect_once(bool& session_lost);
  Task<Result<>> begin(Carrier& carrier);
  Task<Result<>> join(Carrier& carrier, bool& session_lost);
  runtime::Duration join_limit(const Carrier& carrier, std::size_t octets) const;
  Task<Result<>> carry(Carrier& carrier, Carrier::OnAnswer on_answer);
  Task<Result<>> keep_second(const Carrier& first);
  Task<Result<>> carry_second(Carrier& carrier);
  using Refused = std::optional<session::Refusal::Code>;
  Task<Result<session::Joined>> ask_to_join(Carrier& carrier, bool beside, Refused& refused);
  Task<Result<>> seek_other(Carrier& carrier, runtime::CancelScope& carrying);
  // Waits longer from failure to failure, up to about `longest`, or until retry_now().   Errors  Cancelled
  Task<Result<>> back_off(int& failures, runtime::Duration longest);
  void set_state(LinkState state);

  runtime::Loop& loop_;
  Dialer& dialer_;
  ClientOptions options_;
  std::unique_ptr<Mux> mux_;
  Carrier* present_ = nullptr;     // that carries now
  std::unique_ptr<Carrier> next_;  // dialled while another one still carried
  bool begun_ = false;             // the gateway knows this session
  session::SessionId session_id_{};
  session::SessionSecret secret_{};
  std::uint64_t carrier_number_ = 0;
  LinkState state_ = LinkState::Down;
  std::optional<Error> last_error_;
  std::optional<runtime::TimePoint> last_contact_;
  std::string gateway_agent_;
  runtime::TimePoint begun_at_{};
  int lost_joins_ = 0;  // in a row that were not answered in time
  // Handshakes pass, and the rest is swallowed: the next carrier that is dialled is of the other kind.
  bool udp_swallowed_ = false;
  int failures_ = 0;       // connections in a row that failed
  int vain_sessions_ = 0;  // sessions in a row that were refused or ended at once
  bool retry_now_ = false;
  runtime::Notify changed_;
  runtime::Notify wake_;
  std::uint64_t sessions_ = 0;
  std::uint64_t joins_ = 0;
  std::uint64_t second_carriers_ = 0;
};

}  // namespace booster::carrier
