// Opening, the ledger's counters and blocks.
#include "proxy/queue/journal.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <map>

#include "booster/crypto/random.h"
#include "proxy/queue/journal_rows.h"
#include "proxy/queue/schema.h"
#include "proxy/sync/packed.h"

namespace proxy::queue {
namespace {

constexpr std::uint64_t kLastUid = std::numeric_limits<std::uint32_t>::max() - 1;

}  // namespace

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

sync::Ticket make_ticket() {
  return booster::crypto::random_array<16>();
}

Result<Journal> Journal::open(const std::filesystem::path& path, const std::string& vfs) {
  booster::sql::Options options;
  options.durability = booster::sql::Durability::Full;
  options.vfs = vfs;
  TRY_ASSIGN(booster::sql::Database database, booster::sql::Database::open(path, options));
  TRY(database.quick_check());
  TRY(booster::sql::migrate(database, kJournalSchema));
  Journal journal(std::move(database));
  TRY(journal.begin());
  return journal;
}

Result<> Journal::begin() {
  {
    TRY_ASSIGN(booster::sql::Transaction transaction, booster::sql::Transaction::begin(database_));
    TRY(database_.run("INSERT OR IGNORE INTO ledger VALUES(1,?,?,1)", booster::crypto::random_array<16>(),
                      seconds_now() - kValidityBase));
    TRY(transaction.commit());
  }
  TRY_ASSIGN(booster::sql::Statement statement, database_.prepared("SELECT epoch, mod_seq_reserved FROM ledger"));
  bool sized = false;
  TRY_ASSIGN(const bool found, statement.first([&](booster::sql::Row row) {
    const auto epoch = row.get<ByteView>(0);
    sized = epoch.size() == epoch_.size();
    if (sized) std::memcpy(epoch_.data(), epoch.data(), epoch_.size());
    mod_seq_ = row.get<std::uint64_t>(1);
  }));
  if (!found || !sized) return tl::unexpected(broken("no ledger"));
  return {};
}

Result<std::uint64_t> Journal::next_mod_seq() {
  const std::uint64_t next = mod_seq_ + 1;
  // Asked each time: a rolled back transaction takes its reservation with it.
  TRY_ASSIGN(const auto reserved, database_.one<std::uint64_t>("SELECT mod_seq_reserved FROM ledger"));
  if (!reserved) return tl::unexpected(broken("no ledger"));
  if (next >= *reserved) TRY(database_.run("UPDATE ledger SET mod_seq_reserved=?", next + kModSeqBlock));
  mod_seq_ = next;
  return next;
}

Result<LocalUid> Journal::allot(MailboxId mailbox, std::uint32_t count) {
  TRY_ASSIGN(const auto next, database_.one<std::uint64_t>("SELECT next_uid FROM mailboxes WHERE id=?", mailbox.value));
  if (!next) return fail(Errc::NotFound, "allot UIDs: no such mailbox");
  if (*next + count > kLastUid) return fail(Errc::Limit, "allot UIDs: the mailbox has used up all of them");
  TRY(database_.run("UPDATE mailboxes SET next_uid=? WHERE id=?", *next + count, mailbox.value));
  return LocalUid{static_cast<std::uint32_t>(*next)};
}

Result<> Journal::bind(MailboxId mailbox, sync::UidValidity validity, std::span<const Binding> bindings) {
  if (bindings.empty()) return {};
  std::vector<sync::ServerUid> servers;
  std::vector<sync::ServerUid> locals;
  servers.reserve(bindings.size());
  bool run = true;
  for (const Binding& binding : bindings) {
    run = run && binding.local.value == bindings.front().local.value + servers.size();
    servers.push_back(binding.server);
    locals.push_back({binding.local.value});
  }
  std::optional<Bytes> packed_locals;
  if (!run) packed_locals = sync::pack_uid_order(locals);
  return database_.run("INSERT INTO blocks(mailbox,validity,low,high,first,servers,locals) VALUES(?,?,?,?,?,?,?)",
                       mailbox.value, validity.value, servers.front().value, servers.back().value,
                       bindings.front().local.value, sync::pack_uids(servers), packed_locals);
}

Result<std::vector<Binding>> Journal::look_up(MailboxId mailbox, sync::UidValidity validity, sync::ServerUid low,
                                              sync::ServerUid high) {
  std::map<sync::ServerUid, LocalUid> found;
  TRY_ASSIGN(booster::sql::Statement statement,
             database_.prepared("SELECT servers, locals, first FROM blocks INDEXED BY blocks_range"
                                " WHERE mailbox=? AND validity=? AND high>=? AND low<=? ORDER BY id"));
  TRY(statement.for_each(
      [&](booster::sql::Row row) -> Result<> {
        auto servers = sync::unpack_uids(row.get<ByteView>(0));
        if (!servers) return tl::unexpected(broken("a block of UIDs"));
        std::vector<sync::ServerUid> locals;
        if (!row.is_null(1)) {
          auto unpacked = sync::unpack_uid_order(row.get<ByteView>(1));
          if (!unpacked || unpacked->size() != servers->size()) return tl::unexpected(broken("a block of UIDs"));
          locals = *std::move(unpacked);
        }
        const auto first = row.get<std::uint32_t>(2);
        for (std::size_t i = 0; i < servers->size(); ++i) {
          const sync::ServerUid server = (*servers)[i];
          if (server < low || server > high) continue;
          found[server] = locals.empty() ? LocalUid{first + static_cast<std::uint32_t>(i)} : LocalUid{locals[i].value};
        }
        return {};
      },
      mailbox.value, validity.value, low.value, high.value));
  std::vector<Binding> bindings;
  bindings.reserve(found.size());
  for (const auto& [server, local] : found) bindings.push_back({server, local});
  return bindings;
}

Result<> Journal::forget_blocks(MailboxId mailbox) {
  return database_.run("DELETE FROM blocks WHERE mailbox=?", mailbox.value);
}

}  // namespace proxy::queue
