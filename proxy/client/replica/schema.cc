#include "proxy/client/replica/schema.h"

#include <array>

namespace proxy::client::replica {
namespace {

constexpr std::string_view kFirst = R"(
CREATE TABLE meta(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  epoch BLOB NOT NULL,               -- the journal's this belongs to
  applied INTEGER NOT NULL,          -- the journal's last event seen
  folders_digest BLOB NOT NULL,
  folders_known INTEGER NOT NULL,
  content_bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE mailboxes(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL, server_name TEXT, state INTEGER NOT NULL, local_only INTEGER NOT NULL,
  subscribed INTEGER NOT NULL, special_use TEXT NOT NULL, uid_validity INTEGER NOT NULL, next_uid INTEGER NOT NULL,
  server_validity INTEGER NOT NULL,  -- all of these are the journal's
  feed_number INTEGER, delimiter INTEGER NOT NULL, selectable INTEGER NOT NULL, no_inferiors INTEGER NOT NULL,
  read_only INTEGER NOT NULL, any_keyword INTEGER NOT NULL, permanent_keywords TEXT NOT NULL,
  server_next INTEGER NOT NULL, mod_seq INTEGER NOT NULL, whole INTEGER NOT NULL,
  known INTEGER NOT NULL, digest_low INTEGER NOT NULL, digest_high INTEGER NOT NULL,
  messages INTEGER NOT NULL, unseen INTEGER NOT NULL, deleted INTEGER NOT NULL, size INTEGER NOT NULL,
  overviews INTEGER NOT NULL, bodies INTEGER NOT NULL, stale INTEGER NOT NULL,
  highest_mod_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX mailboxes_name ON mailboxes(name);
CREATE INDEX mailboxes_server_name ON mailboxes(server_name);
CREATE INDEX mailboxes_feed ON mailboxes(feed_number);
-- key: mailbox << 32 | local UID. server: mailbox << 32 | server UID. Negative keys (-server): held back, no local UID yet.
CREATE TABLE messages(
  key INTEGER PRIMARY KEY,
  server INTEGER,                    -- NULL: the server has not told it yet
  mailbox INTEGER NOT NULL,
  shown INTEGER NOT NULL,            -- 0: expunged or moved here, not yet there; or held back
  known INTEGER NOT NULL,            -- 1: the feed has told it, so it counts in the state vector
  stale INTEGER NOT NULL,            -- 1: of an earlier UIDVALIDITY of the server, not found again yet
  flags INTEGER NOT NULL, keywords TEXT NOT NULL,                -- as shown
  server_flags INTEGER NOT NULL, server_keywords TEXT NOT NULL,  -- without what is still under way
  mod_seq INTEGER NOT NULL, size INTEGER NOT NULL, date INTEGER NOT NULL, zone INTEGER NOT NULL,
  content INTEGER NOT NULL,          -- contents.id; 0: none
  body INTEGER NOT NULL,             -- BodyState
  overview INTEGER NOT NULL, match_key INTEGER NOT NULL,
  made_by INTEGER NOT NULL, made_index INTEGER NOT NULL          -- operation that makes it, while `server` is NULL
) STRICT;
CREATE UNIQUE INDEX messages_server ON messages(server) WHERE server IS NOT NULL;
CREATE INDEX messages_mod_seq ON messages(mailbox, mod_seq) WHERE shown=1;
CREATE INDEX messages_unseen ON messages(key) WHERE shown=1 AND (flags & 1)=0;
CREATE INDEX messages_deleted ON messages(key) WHERE shown=1 AND (flags & 8)<>0;
CREATE INDEX messages_missing ON messages(date) WHERE body=0 AND shown=1 AND server IS NOT NULL;
CREATE INDEX messages_bare ON messages(server) WHERE overview=0 AND known=1;
CREATE INDEX messages_unknown ON messages(server) WHERE known=0 AND server IS NOT NULL;
CREATE INDEX messages_unbound ON messages(mailbox, size) WHERE server IS NULL AND stale=0;
CREATE INDEX messages_stale ON messages(mailbox, size) WHERE stale=1;
CREATE INDEX messages_content ON messages(content) WHERE content<>0;
CREATE TABLE overviews(id INTEGER PRIMARY KEY, chain BLOB NOT NULL) STRICT;  -- id: messages.key
-- How many shown messages have a key in each run of 2^8, 2^16: numbers without counting.
CREATE TABLE chunks8(id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE chunks16(id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE gone(mod_seq INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, uid INTEGER NOT NULL) STRICT;
CREATE INDEX gone_mailbox ON gone(mailbox, mod_seq);
-- Flag changes under way, over what the server has said.
CREATE TABLE op_flags(op INTEGER PRIMARY KEY, added BLOB NOT NULL, removed BLOB NOT NULL) STRICT;
CREATE TABLE overlay(key INTEGER NOT NULL, op INTEGER NOT NULL, PRIMARY KEY(key, op)) STRICT, WITHOUT ROWID;
CREATE INDEX overlay_op ON overlay(op);
CREATE TABLE keywords(mailbox INTEGER NOT NULL, keyword TEXT NOT NULL, PRIMARY KEY(mailbox, keyword))
  STRICT, WITHOUT ROWID;
CREATE TABLE contents(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, refs INTEGER NOT NULL,
  used INTEGER NOT NULL) STRICT;
CREATE INDEX contents_used ON contents(used);
CREATE INDEX contents_unused ON contents(id) WHERE refs=0;
CREATE TABLE wishes(key INTEGER PRIMARY KEY, since INTEGER NOT NULL) STRICT;
CREATE TABLE doomed(mailbox INTEGER PRIMARY KEY) STRICT;
)";

// Bodies that are missing, by date over all mailboxes and in one; nothing else is read to put them in order.
constexpr std::string_view kMissing = R"(
DROP INDEX messages_missing;
CREATE INDEX messages_missing ON messages(date, mailbox, size) WHERE body=0 AND shown=1 AND server IS NOT NULL;
CREATE INDEX messages_missing_in ON messages(mailbox, date, size) WHERE body=0 AND shown=1 AND server IS NOT NULL;
)";

// Bodies that the server did not give: asked for again after a start.
constexpr std::string_view kFailedBodies = R"(
CREATE INDEX messages_failed ON messages(key) WHERE body=3;
)";

// Samples of the chunks of what is held: what a mail that goes up repeats is found by them (sketches.h).
constexpr std::string_view kSketches = R"(
ALTER TABLE contents ADD COLUMN sketched INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contents_unsketched ON contents(id) WHERE sketched=0 AND size BETWEEN 32768 AND 4194304;
CREATE TABLE sketches(chunk INTEGER NOT NULL, content INTEGER NOT NULL, size INTEGER NOT NULL,
  PRIMARY KEY(chunk, content)) STRICT, WITHOUT ROWID;
CREATE INDEX sketches_content ON sketches(content);
)";

// Larger ones are looked at, too.
constexpr std::string_view kLargeSketches = R"(
DROP INDEX contents_unsketched;
CREATE INDEX contents_unsketched ON contents(id) WHERE sketched=0 AND size BETWEEN 32768 AND 268435456;
)";

// Which bodies are here is said by those that are not.
constexpr std::string_view kNotHere = R"(
CREATE INDEX messages_not_here ON messages(server) WHERE body<>1 AND server IS NOT NULL;
)";

constexpr std::array kSteps = {booster::sql::Step{kFirst},        booster::sql::Step{kMissing},
                               booster::sql::Step{kFailedBodies}, booster::sql::Step{kSketches},
                               booster::sql::Step{kNotHere},      booster::sql::Step{kLargeSketches}};

}  // namespace

const booster::sql::Schema kReplicaSchema{booster::sql::make_application_id("PBrp"), kSteps};

}  // namespace proxy::client::replica
