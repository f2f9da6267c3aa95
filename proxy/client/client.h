// Client: all of the mail lane in one object: the tunnel, its sessions, the accounts with their replicas and engines.
// The daemon wires faces and control socket to it.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "booster/carrier/tunnel_client.h"
#include "booster/runtime/scope.h"
#include "proxy/client/account_engine.h"
#include "proxy/client/accounts.h"
#include "proxy/client/events/events.h"
#include "proxy/client/priority_queue.h"
#include "proxy/client/replica_store.h"
#include "proxy/client/session_router.h"
#include "proxy/client/status.h"

namespace proxy::client {

struct ClientSettings {
  std::string gateway;  // host:port, for display
  std::string device;   // its name, for people
  replica::BodyPolicy bodies = replica::BodyPolicy::All;
  std::chrono::days recent{30};
  std::uint64_t size_limit = 0;  // of each account's bodies; 0: none
  bool watch_network = true;
};

class Client {
 public:
  //   Owns  all references outlive it
  Client(booster::runtime::Loop& loop, booster::carrier::TunnelClient& tunnel, Accounts& accounts,
         std::shared_ptr<booster::disk::Disk> disk, ClientSettings settings);
  ~Client();

  // Opens every account's replica; one that cannot be opened is told in its status and left alone.
  Task<Result<>> open();
  // The tunnel, its sessions and the upkeep of the replicas; until cancelled, then says goodbye and closes all.
  Task<Result<>> run();

  // ---- what faces and control routes use
  struct Served {
    Account account;
    std::unique_ptr<replica::Replica> replica;  // nullptr: could not be opened, `trouble` says why
    std::unique_ptr<ReplicaStore> store;
    std::unique_ptr<Credentials> credentials;
    std::unique_ptr<AccountEngine> engine;
    std::unique_ptr<PriorityQueue> queue;
    std::string trouble;
    std::unique_ptr<booster::runtime::TaskScope> tasks;  // while running
  };
  Served* find(std::string_view address);
  std::vector<Served*> served();

  // The gateway is asked first which server serves the address and whether the password is right; off-line it is taken
  // as given. Gives the gateway's answer.   Errors  Denied: password refused; Conflict, Protocol; NotFound: no service
  Task<Result<Account>> add_account(std::string address, std::string user, booster::crypto::Secret password);
  Task<Result<>> renew_password(std::string address, booster::crypto::Secret password);
  // Its faces' sessions must be over: the replica goes.
  //   Errors  Conflict: unsent mail or changes are left and `force` is not set
  Task<Result<>> remove_account(std::string address, bool force);
  // Of one account, or all (empty).   Errors  Unreachable: off-line
  Task<Result<>> refresh(std::string address);
  LinkStatus link() const;
  Task<Result<ClientStatus>> status();

  events::Events& events() { return events_; }
  Accounts& accounts() { return accounts_; }
  SessionRouter& router() { return router_; }

 private:
  Task<Result<>> open_account(const Account& account);
  void start(Served& served);
  Task<void> stop(Served& served);
  Task<Result<>> carry();
  Task<Result<>> watch_network();
  Task<Result<>> watch_link();
  Task<Result<>> add_durable_notices(std::uint32_t number, std::vector<std::string>& to);
  Task<Result<>> reopen_accounts();  // those that could not be opened, until they can
  Task<Result<>> announce_mail(Served& served);
  Task<Result<>> upkeep(Served& served);

  booster::runtime::Loop& loop_;
  booster::carrier::TunnelClient& tunnel_;
  Accounts& accounts_;
  std::shared_ptr<booster::disk::Disk> disk_;
  ClientSettings settings_;
  events::Events events_;
  SessionRouter router_;
  std::map<std::uint32_t, std::unique_ptr<Served>> served_;
  booster::runtime::Notify unopened_;             // an account could not be opened
  booster::runtime::TaskScope* tasks_ = nullptr;  // while running
};

}  // namespace proxy::client
