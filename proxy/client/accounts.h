// Accounts: who this client serves. The list and the faces' passwords are in accounts.db (0600); mailbox passwords in
// the secret store.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "booster/crypto/secret.h"
#include "booster/disk/disk.h"
#include "booster/platform/secret_store.h"
#include "booster/runtime/task.h"
#include "booster/sql/database.h"

namespace proxy::client {

using booster::runtime::Task;

struct Account {
  std::uint32_t number = 0;  // never used again; also its handle on the control stream
  std::string address;       // user@domain, the domain in lower case
  std::string user;          // login name at the mail server where it is not the address
  std::string server;        // host that the gateway named last; empty: not known
  std::int64_t created = 0;  // seconds since 1970
  bool logged_off = false;   // by the person
};

constexpr std::size_t kMaxAccounts = 64;  // of one client: each costs two database threads and some MB

// "Alice@Example.ORG" -> "Alice@example.org".   Errors  Protocol: not an address that a login could name
Result<std::string> canonical_address(std::string_view address);

class Accounts {
 public:
  // Errors  those of sql::Database.   Owns  disk and secrets outlive it
  static Result<std::unique_ptr<Accounts>> open(booster::disk::Disk& disk, const booster::disk::Path& state_directory,
                                                booster::platform::SecretStore& secrets);
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  const std::vector<Account>& list() const { return accounts_; }
  const Account* find(std::string_view address) const;
  // What the mail program logs in with: 128 random bits, made once.
  const booster::crypto::Secret* face_password(std::uint32_t number) const;
  booster::disk::Path directory(std::uint32_t number) const;  // of its journal, replica and bodies; made by add()

  // Durable when they return.
  //   Errors  Conflict: there already · Protocol: no address · Limit · those of the secret store
  Task<Result<Account>> add(std::string address, std::string user, booster::crypto::Secret password);
  Task<Result<>> set_password(std::uint32_t number, booster::crypto::Secret password);
  Task<Result<std::optional<booster::crypto::Secret>>> password(std::uint32_t number);
  Result<> set_server(std::uint32_t number, const std::string& server);
  Result<> set_logged_off(std::uint32_t number, bool off);
  // Takes it off the list, forgets its passwords, then deletes its folder: nobody may use that any more.
  Task<Result<>> remove(std::uint32_t number);

  std::string secrets_description() const { return secrets_.description(); }

 private:
  Accounts(booster::disk::Disk& disk, booster::disk::Path directory, booster::platform::SecretStore& secrets,
           booster::sql::Database database)
      : disk_(disk), directory_(std::move(directory)), secrets_(secrets), database_(std::move(database)) {}
  Result<> load();
  Account* at(std::uint32_t number);

  booster::disk::Disk& disk_;
  booster::disk::Path directory_;
  booster::platform::SecretStore& secrets_;
  booster::sql::Database database_;
  std::vector<Account> accounts_;
  std::vector<std::pair<std::uint32_t, booster::crypto::Secret>> face_passwords_;
};

}  // namespace proxy::client
