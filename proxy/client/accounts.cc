#include "proxy/client/accounts.h"

#include <algorithm>
#include <chrono>

#include "booster/crypto/base_n.h"
#include "booster/crypto/random.h"
#include "booster/disk/durable.h"
#include "booster/runtime/offload.h"
#include "booster/sql/migrate.h"

namespace proxy::client {

namespace crypto = booster::crypto;
namespace disk = booster::disk;
namespace sql = booster::sql;

namespace {

constexpr std::size_t kMaxAddress = 254;  // RFC 5321 §4.5.3.1.3 less the brackets
constexpr std::size_t kFacePasswordBytes = 16;
constexpr int kMaxDepth = 4;  // of the folders below an account's: bodies/ab/…

constexpr sql::Step kSteps[] = {{.script = R"sql(
  CREATE TABLE account (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    server TEXT NOT NULL DEFAULT '',
    face_password TEXT NOT NULL,
    created INTEGER NOT NULL,
    logged_off INTEGER NOT NULL DEFAULT 0
  ) STRICT;
)sql"}};
constexpr sql::Schema kSchema{sql::make_application_id("PBac"), kSteps, true};

std::string secret_name(std::uint32_t number) {
  return "account/" + std::to_string(number) + "/password";
}

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<> remove_tree(disk::Disk& disk, const disk::Path& path, int depth) {
  const Result<disk::Stat> stat = disk.stat(path);
  if (!stat && stat.error().code == Errc::NotFound) return {};
  if (!stat) return tl::unexpected(stat.error());
  if (stat->kind != disk::Kind::Directory) return disk.unlink(path);
  if (depth == 0) return fail(Errc::Limit, "account's folder: deeper than we make it");
  TRY_ASSIGN(const std::vector<std::string> names, disk.list(path));
  for (const std::string& name : names) TRY(remove_tree(disk, path / name, depth - 1));
  return disk.remove_directory(path);
}

}  // namespace

Result<std::string> canonical_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  const auto bad = [](const char* why) { return fail(Errc::Protocol, std::string("mail address: ") + why); };
  if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) return bad("not user@domain");
  if (address.size() > kMaxAddress) return bad("too long");
  if (address.find('@') != at) return bad("more than one @");
  for (const char c : address) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= ' ' || octet == 127 || c == '*' || c == '"' || c == '<' || c == '>' || c == ',' || c == '\\')
      return bad("a character that no login name has");
  }
  std::string result(address);
  std::transform(result.begin() + static_cast<std::ptrdiff_t>(at), result.end(),
                 result.begin() + static_cast<std::ptrdiff_t>(at),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

Result<std::unique_ptr<Accounts>> Accounts::open(disk::Disk& disk, const disk::Path& state_directory,
                                                 booster::platform::SecretStore& secrets) {
  TRY(disk::make_directories_durably(disk, state_directory));
  TRY_ASSIGN(sql::Database database, sql::Database::open(state_directory / "accounts.db"));
  TRY(sql::migrate(database, kSchema));
  std::unique_ptr<Accounts> accounts(new Accounts(disk, state_directory, secrets, std::move(database)));
  TRY(accounts->load());
  return accounts;
}

Result<> Accounts::load() {
  accounts_.clear();
  face_passwords_.clear();
  return database_.for_each(
      "SELECT number, address, user, server, face_password, created, logged_off FROM account ORDER BY number",
      [this](sql::Row row) {
        Account account;
        account.number = row.get<std::uint32_t>(0);
        account.address = row.get<std::string>(1);
        account.user = row.get<std::string>(2);
        account.server = row.get<std::string>(3);
        account.created = row.get<std::int64_t>(5);
        account.logged_off = row.get<bool>(6);
        face_passwords_.emplace_back(account.number, crypto::Secret::of_text(row.get<std::string_view>(4)));
        accounts_.push_back(std::move(account));
      });
}

const Account* Accounts::find(std::string_view address) const {
  const Result<std::string> canonical = canonical_address(address);
  if (!canonical) return nullptr;
  const auto found = std::find_if(accounts_.begin(), accounts_.end(),
                                  [&](const Account& account) { return account.address == *canonical; });
  return found == accounts_.end() ? nullptr : &*found;
}

Account* Accounts::at(std::uint32_t number) {
  const auto found = std::find_if(accounts_.begin(), accounts_.end(),
                                  [number](const Account& account) { return account.number == number; });
  return found == accounts_.end() ? nullptr : &*found;
}

const crypto::Secret* Accounts::face_password(std::uint32_t number) const {
  for (const auto& [of, password] : face_passwords_)
    if (of == number) return &password;
  return nullptr;
}

disk::Path Accounts::directory(std::uint32_t number) const {
  return directory_ / "accounts" / std::to_string(number);
}

// The row is last: an account without its password or folder never shows.
Task<Result<Account>> Accounts::add(std::string address, std::string user, crypto::Secret password) {
  CO_TRY_ASSIGN(const std::string canonical, canonical_address(address));
  if (find(canonical) != nullptr) co_return fail(Errc::Conflict, "account: there already");
  if (accounts_.size() >= kMaxAccounts) co_return fail(Errc::Limit, "account: no more than 64");
  CO_TRY_ASSIGN(const std::optional<std::int64_t> highest,
                database_.one<std::int64_t>("SELECT seq FROM sqlite_sequence WHERE name = 'account'"));
  Account account;
  account.number = static_cast<std::uint32_t>(highest.value_or(0) + 1);
  account.address = canonical;
  account.user = user == canonical ? std::string() : std::move(user);
  account.created = now_seconds();
  CO_TRY(disk::make_directories_durably(disk_, directory(account.number)));
  CO_TRY(co_await set_password(account.number, std::move(password)));
  if (find(canonical) != nullptr) co_return fail(Errc::Conflict, "account: there already");
  const std::string face = crypto::to_base32(booster::crypto::random_bytes(kFacePasswordBytes));
  CO_TRY(database_.run("INSERT INTO account (number, address, user, face_password, created) VALUES (?, ?, ?, ?, ?)",
                       account.number, account.address, account.user, face, account.created));
  face_passwords_.emplace_back(account.number, crypto::Secret::of_text(face));
  accounts_.push_back(account);
  co_return account;
}

// A keyring may ask a person first, so not on the loop.
Task<Result<>> Accounts::set_password(std::uint32_t number, crypto::Secret password) {
  auto shared = std::make_shared<crypto::Secret>(std::move(password));
  auto job = [this, number, shared] { return secrets_.put(secret_name(number), *shared); };
  co_return co_await booster::runtime::offload(std::move(job));
}

Task<Result<std::optional<crypto::Secret>>> Accounts::password(std::uint32_t number) {
  auto job = [this, number] { return secrets_.get(secret_name(number)); };
  co_return co_await booster::runtime::offload(std::move(job));
}

Result<> Accounts::set_server(std::uint32_t number, const std::string& server) {
  Account* const account = at(number);
  if (account == nullptr || account->server == server) return {};
  TRY(database_.run("UPDATE account SET server = ? WHERE number = ?", server, number));
  account->server = server;
  return {};
}

Result<> Accounts::set_logged_off(std::uint32_t number, bool off) {
  Account* const account = at(number);
  if (account == nullptr) return fail(Errc::NotFound, "no such account");
  TRY(database_.run("UPDATE account SET logged_off = ? WHERE number = ?", off, number));
  account->logged_off = off;
  return {};
}

Task<Result<>> Accounts::remove(std::uint32_t number) {
  if (at(number) == nullptr) co_return fail(Errc::NotFound, "no such account");
  CO_TRY(database_.run("DELETE FROM account WHERE number = ?", number));
  std::erase_if(accounts_, [number](const Account& account) { return account.number == number; });
  std::erase_if(face_passwords_, [number](const auto& entry) { return entry.first == number; });
  auto job = [this, number]() -> Result<> {
    Result<> forgotten = secrets_.remove(secret_name(number));
    TRY(remove_tree(disk_, directory(number), kMaxDepth));
    return forgotten;
  };
  co_return co_await booster::runtime::offload(std::move(job));
}

}  // namespace proxy::client
