// Upstream: the agent's work connection, logged in when it is needed, lent to one user at a time by urgency.
#pragma once
#include <list>
#include <memory>
#include <string>

#include "proxy/gateway/connector/imap_connection.h"

namespace proxy::gateway::agent {

namespace net = booster::net;
namespace runtime = booster::runtime;
namespace connector = proxy::gateway::connector;
using connector::ImapConnection;
using runtime::Duration;
using runtime::Task;
using runtime::TimePoint;

// Who goes first when several wait.
enum class Urgency : std::uint8_t { Interactive = 0, Operation = 1, Sync = 2, Body = 3, Overview = 4, Learn = 5 };

// Makes connections; tests hand in their own.
class Dialer {
 public:
  virtual ~Dialer() = default;
  virtual Task<Result<std::unique_ptr<ImapConnection>>> connect() = 0;
};
class ServerDialer final : public Dialer {
 public:
  explicit ServerDialer(connector::Server server) : server_(std::move(server)) {}
  Task<Result<std::unique_ptr<ImapConnection>>> connect() override { return ImapConnection::connect(server_); }

 private:
  connector::Server server_;
};

class Upstream {
 public:
  // A loan of the work connection; given back by going out of scope. Keep it short: one or a few commands.
  class Lease {
   public:
    explicit Lease(Upstream& upstream) : upstream_(&upstream) {}
    Lease(Lease&& other) noexcept : upstream_(std::exchange(other.upstream_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (upstream_ != nullptr) upstream_->give_back();
    }
    ImapConnection* operator->() const { return upstream_->connection_.get(); }
    ImapConnection& operator*() const { return *upstream_->connection_; }

   private:
    Upstream* upstream_;
  };

  Upstream(runtime::Loop& loop, Dialer& dialer) : loop_(loop), dialer_(dialer) {}
  ~Upstream();

  // Keeps the credential for logging in again.
  void set_login(connector::Login login) { login_ = std::move(login); }
  const connector::Login& login() const { return login_; }

  // Waits for its turn, then for a usable connection: logs in again when the last one broke, with backoff.
  //   Errors  Denied: the server refuses the credential now · those of connecting · Closed after close()
  Task<Result<Lease>> work(Urgency urgency);
  // A further connection, logged in as the same user (IDLE; proof of another password by `login`).
  Task<Result<std::unique_ptr<ImapConnection>>> another();
  Task<Result<std::unique_ptr<ImapConnection>>> another(const connector::Login& login);

  bool connected() const { return connection_ && connection_->usable(); }
  const std::optional<Error>& trouble() const { return trouble_; }  // why it is not connected
  runtime::Notify& changed() { return changed_; }                   // connected, trouble, denied
  bool denied() const { return denied_; }
  Task<void> close();  // says LOGOUT

 private:
  friend class Lease;
  struct Waiter {
    Urgency urgency = Urgency::Sync;
    bool granted = false;
    runtime::Notify woken;
  };
  Task<Result<>> take_turn(Urgency urgency);
  void give_back();
  Task<Result<>> ensure_connected();

  runtime::Loop& loop_;
  Dialer& dialer_;
  connector::Login login_;
  std::unique_ptr<ImapConnection> connection_;
  std::list<Waiter*> waiting_;
  bool held_ = false;
  bool closed_ = false;
  bool denied_ = false;
  std::optional<Error> trouble_;
  Duration backoff_{};
  TimePoint not_before_{};
  runtime::Notify changed_;
};

}  // namespace proxy::gateway::agent
