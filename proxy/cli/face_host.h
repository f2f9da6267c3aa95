// The faces of a running client: started once, started again when an account goes (its sessions must end first).
#pragma once
#include <map>
#include <memory>

#include "proxy/client/client.h"
#include "proxy/client/faces/face.h"
#include "proxy/client/faces/replica_mailstore.h"
#include "proxy/config/client_config.h"

namespace proxy::cli {

class FaceHost final : public client::faces::AccountBook {
 public:
  // Errors  Io: an address is in use; Protocol, NotFound: the faces' certificate
  static Result<std::unique_ptr<FaceHost>> open(booster::runtime::Loop& loop, const config::ClientConfig& config,
                                                const config::Log& log, client::Client& client);

  booster::runtime::Task<Result<>> serve();  // until cancelled
  // Ends every session of every program and lets go of the stores; serve() goes on when `done` is.
  booster::runtime::Task<Result<>> pause_for(booster::runtime::Task<Result<>> done);

  std::optional<Entry> find(std::string_view user) override;
  booster::net::Address imap() const { return imap_->local(); }
  booster::net::Address submission() const { return submission_->local(); }
  bool tls() const { return settings_.tls.has_value(); }

 private:
  FaceHost(booster::runtime::Loop& loop, client::Client& client) : loop_(loop), client_(client) {}

  booster::runtime::Loop& loop_;
  client::Client& client_;
  client::faces::FaceSettings settings_;
  client::faces::Doorkeeper doorkeeper_;
  std::unique_ptr<booster::net::Listener> imap_;
  std::unique_ptr<booster::net::Listener> submission_;
  std::map<std::uint32_t, std::unique_ptr<client::faces::ReplicaMailstore>> stores_;
  booster::runtime::TaskScope* serving_ = nullptr;
  bool paused_ = false;
  booster::runtime::Notify change_;
};

}  // namespace proxy::cli
