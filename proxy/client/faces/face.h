// The two ports that mail programs talk to: IMAP and SUBMISSION, for all accounts.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "booster/crypto/secret.h"
#include "booster/net/tcp.h"
#include "booster/tls/context.h"
#include "proxy/client/faces/doorkeeper.h"
#include "proxy/client/faces/mailstore.h"

namespace proxy::client::faces {

// Accounts by user name. Looked up at each login, so accounts may come and go.
//   Owns    a store outlives the sessions that logged in to it: end those by cancelling the face first
class AccountBook {
 public:
  virtual ~AccountBook() = default;
  struct Entry {
    const booster::crypto::Secret* password = nullptr;  // valid until the next co_await
    Mailstore* store = nullptr;
  };
  virtual std::optional<Entry> find(std::string_view user) = 0;
};

struct FaceSettings {
  std::string host_name = "localhost";       // in greetings
  std::string version = "1";                 // in ID
  std::optional<booster::tls::Context> tls;  // STARTTLS is offered, or
  bool implicit_tls = false;                 // TLS from the first octet
  bool require_tls = false;                  // off loopback: no login without
  std::optional<uid_t> only_uid;             // of the program, on loopback
  std::size_t max_connections = 100;         // Thunderbird takes 5 an account; each costs ~64 KiB
  std::uint64_t max_append = 256ull << 20;
  std::function<void(std::string_view)> log;  // one line; no credential, no mail
};

// Each serves until cancelled or the listener is closed, then ends its sessions (IMAP: BYE).   Errors  Io of accept
Task<Result<>> serve_imap(booster::net::Listener& door, const FaceSettings& settings, AccountBook& accounts,
                          Doorkeeper& doorkeeper);
Task<Result<>> serve_submission(booster::net::Listener& door, const FaceSettings& settings, AccountBook& accounts,
                                Doorkeeper& doorkeeper);

// One connection, for tests and for streams that come from elsewhere.
Task<Result<>> serve_imap_session(booster::net::StreamPtr stream, const FaceSettings& settings, AccountBook& accounts,
                                  Doorkeeper& doorkeeper);
Task<Result<>> serve_submission_session(booster::net::StreamPtr stream, const FaceSettings& settings,
                                        AccountBook& accounts, Doorkeeper& doorkeeper);

}  // namespace proxy::client::faces
