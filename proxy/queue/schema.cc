#include "proxy/queue/schema.h"

#include <array>

namespace proxy::queue {
namespace {

constexpr std::string_view kFirst = R"(
-- One row: the ledger's identity and its counters.
CREATE TABLE ledger(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  epoch BLOB NOT NULL,
  last_validity INTEGER NOT NULL,      -- the UIDVALIDITY given last: none is ever given twice
  mod_seq_reserved INTEGER NOT NULL    -- every mod_seq shown is below
) STRICT;
CREATE TABLE mailboxes(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,                  -- as programs see it
  server_name TEXT,                    -- as the server was told or told us last; NULL: not there yet, or never
  state INTEGER NOT NULL,              -- MailboxState
  seen INTEGER NOT NULL,               -- the server has listed it
  local_only INTEGER NOT NULL,
  subscribed INTEGER NOT NULL,
  special_use TEXT NOT NULL,
  object_id TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,       -- ours
  next_uid INTEGER NOT NULL,
  server_validity INTEGER NOT NULL     -- 0: not known
) STRICT;
CREATE UNIQUE INDEX mailboxes_name ON mailboxes(name) WHERE state = 0;
-- Which local UID a server's UID has: runs allotted together. Later rows win.
CREATE TABLE blocks(
  id INTEGER PRIMARY KEY,
  mailbox INTEGER NOT NULL,
  validity INTEGER NOT NULL,
  low INTEGER NOT NULL,                -- server UIDs from
  high INTEGER NOT NULL,               -- to
  first INTEGER NOT NULL,              -- local UID of the first, when `locals` is NULL: rising by one
  servers BLOB NOT NULL,               -- packed, ascending
  locals BLOB                          -- packed, in the order of `servers`
) STRICT;
CREATE INDEX blocks_range ON blocks(mailbox, validity, high);
-- What the replica must have seen, in order.
CREATE TABLE events(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  operation INTEGER NOT NULL,          -- operations.seq; equal: it was made, else it ended
  kind INTEGER NOT NULL
) STRICT;
CREATE TABLE operations(
  seq INTEGER PRIMARY KEY,
  ticket BLOB NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  mailbox INTEGER NOT NULL,
  target INTEGER NOT NULL,             -- 0: none
  operation BLOB NOT NULL,             -- chain without items and octets
  items BLOB NOT NULL,                 -- local UIDs
  servers BLOB NOT NULL,               -- their server UIDs when it was made; 0: not known
  made BLOB NOT NULL,                  -- skeleton of the messages it makes, by local UID
  digest BLOB,                         -- Append
  result BLOB,                         -- chain
  moved BLOB,                          -- what its end moved: old and new places
  text TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX operations_open ON operations(seq) WHERE state = 0;
CREATE INDEX operations_open_mailbox ON operations(mailbox, seq) WHERE state = 0;
CREATE INDEX operations_open_target ON operations(target, seq) WHERE state = 0;
CREATE INDEX operations_digest ON operations(digest) WHERE digest IS NOT NULL;
CREATE TABLE submissions(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  ticket BLOB NOT NULL UNIQUE,
  submission BLOB NOT NULL,            -- chain without octets
  message_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  envelope BLOB NOT NULL,              -- SHA-256 over envelope, Message-ID and digest
  size INTEGER NOT NULL,
  class INTEGER NOT NULL,
  position INTEGER NOT NULL,
  held INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  state INTEGER NOT NULL,
  ended INTEGER NOT NULL,              -- seconds since 1970; 0: not yet
  ambiguous INTEGER NOT NULL,
  decision INTEGER NOT NULL,           -- Decide::What not sent yet; 0: none
  answered INTEGER NOT NULL,
  text TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX submissions_order ON submissions(class, position) WHERE ended = 0;
CREATE INDEX submissions_digest ON submissions(digest);
CREATE INDEX submissions_envelope ON submissions(envelope, created);
CREATE INDEX submissions_ended ON submissions(ended) WHERE ended <> 0;
CREATE TABLE recipients(
  submission INTEGER NOT NULL REFERENCES submissions(id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  address TEXT NOT NULL,
  state INTEGER NOT NULL,
  reply TEXT NOT NULL,
  PRIMARY KEY(submission, n)
) STRICT, WITHOUT ROWID;
-- Tickets whose end is durable here; the gateway has not been told yet.
CREATE TABLE acknowledgements(ticket BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Mail that exists nowhere else: what the server refused.
CREATE TABLE recovered(
  mailbox INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  digest BLOB NOT NULL,
  entry BLOB NOT NULL,                 -- skeleton of one
  PRIMARY KEY(mailbox, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX recovered_digest ON recovered(digest);
CREATE TABLE notices(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
)";

constexpr std::string_view kOrderOfBodies = R"(
-- What a person said of what comes down.
CREATE TABLE body_orders(
  mailbox INTEGER NOT NULL,
  uid INTEGER NOT NULL,                -- local; 0: all of the mailbox
  class INTEGER NOT NULL,
  position INTEGER NOT NULL,
  held INTEGER NOT NULL,
  cancelled_to INTEGER NOT NULL,       -- local UIDs up to here come only when a program asks
  PRIMARY KEY(mailbox, uid)
) STRICT, WITHOUT ROWID;
)";

constexpr std::array kSteps = {booster::sql::Step{kFirst}, booster::sql::Step{kOrderOfBodies}};

}  // namespace

const booster::sql::Schema kJournalSchema{booster::sql::make_application_id("PBjr"), kSteps, true};

}  // namespace proxy::queue
