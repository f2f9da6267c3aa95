#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/crypto/random.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/queue/journal.h"
#include "proxy/queue/journal_rows.h"

namespace proxy::queue {
namespace {

#define PB_SUBMISSION_COLUMNS                                                                                     \
  "id,name,submission,message_id,class,position,held,sent,accepted,ambiguous,answered,state,ended,decision,text," \
  "created"

// Eight letters that a person can read out: no vowels, so no words; none that look alike.
std::string make_name() {
  constexpr std::string_view kLetters = "bcdfghjkmnpqrstvwxz23456789";
  std::string name;
  for (int i = 0; i < 8; ++i) name += kLetters[booster::crypto::random_below(kLetters.size())];
  return name;
}

sync::Submission without_octets(sync::Submission submission) {
  submission.octets.clear();
  return submission;
}

booster::crypto::Digest envelope_of(const SubmissionRow& row) {
  booster::crypto::Sha256 sum;
  const auto put = [&](std::string_view text) { sum.update(text).update(std::string_view("\0", 1)); };
  put(row.submission.sender);
  for (const sync::Recipient& recipient : row.submission.recipients) put(recipient.address);
  put("");
  put(row.message_id);
  sum.update(ByteView(row.submission.digest));
  return sum.digest();
}

}  // namespace

Result<SubmissionRow> Journal::load_submission(booster::sql::Row row) {
  SubmissionRow each;
  each.id = row.get<std::int64_t>(0);
  each.name = row.get<std::string>(1);
  auto chain = codec::property::decode(row.get<ByteView>(2));
  if (!chain) return tl::unexpected(broken("a submission"));
  auto message = sync::decode_operation(*chain);
  if (!message || !std::holds_alternative<sync::Submission>(*message)) return tl::unexpected(broken("a submission"));
  each.submission = std::get<sync::Submission>(*std::move(message));
  each.message_id = row.get<std::string>(3);
  const auto priority = booster::schedule::class_from(row.get<std::uint8_t>(4));
  if (!priority) return tl::unexpected(broken("a submission's class"));
  each.priority = *priority;
  each.position = row.get<std::int64_t>(5);
  each.held = row.get<bool>(6);
  each.sent = row.get<bool>(7);
  each.accepted = row.get<bool>(8);
  each.ambiguous = row.get<bool>(9);
  each.answered = row.get<bool>(10);
  each.state = row.get<sync::SubmissionState>(11);
  each.ended = row.get<std::int64_t>(12);
  each.decision = row.get<std::uint8_t>(13);
  each.text = row.get<std::string>(14);
  each.created = row.get<std::int64_t>(15);
  return each;
}

Result<> Journal::load_recipients(SubmissionRow& row) {
  return database_.for_each(
      "SELECT address,state,reply FROM recipients WHERE submission=? ORDER BY n",
      [&](booster::sql::Row each) {
        row.recipients.push_back(
            {each.get<std::string>(0), each.get<sync::SubmissionState>(1), each.get<std::string>(2)});
      },
      row.id);
}

Result<SubmissionRow> Journal::add_submission(SubmissionRow row) {
  if (row.submission.ticket == sync::Ticket{}) row.submission.ticket = make_ticket();
  row.created = seconds_now();
  row.name = make_name();
  TRY_ASSIGN(row.position, edge_position(row.priority, false));
  const Bytes chain = codec::property::encode(sync::encode(sync::OperationMessage(without_octets(row.submission))));
  TRY(database_.run(
      "INSERT INTO "
      "submissions(name,ticket,submission,message_id,digest,envelope,size,class,position,held,sent,accepted,"
      "state,ended,ambiguous,decision,answered,text,created) VALUES(?,?,?,?,?,?,?,?,?,?,0,0,?,0,0,0,0,?,?)",
      row.name, row.submission.ticket, chain, row.message_id, row.submission.digest, envelope_of(row).view(),
      row.submission.size, row.priority, row.position, row.held, row.state, row.text, row.created));
  row.id = database_.last_row_id();
  row.recipients.clear();
  for (const sync::Recipient& recipient : row.submission.recipients) {
    TRY(database_.run("INSERT INTO recipients VALUES(?,?,?,?,'')", row.id, row.recipients.size(), recipient.address,
                      sync::SubmissionState::Receiving));
    row.recipients.push_back({recipient.address, sync::SubmissionState::Receiving, {}});
  }
  return row;
}

Result<std::optional<SubmissionRow>> Journal::submission(const std::string& name) {
  std::optional<SubmissionRow> found;
  TRY(database_.for_each(
      "SELECT " PB_SUBMISSION_COLUMNS " FROM submissions WHERE name=?",
      [&](booster::sql::Row row) -> Result<> {
        TRY_ASSIGN(found, load_submission(row));
        return {};
      },
      name));
  if (found) TRY(load_recipients(*found));
  return found;
}

Result<std::optional<SubmissionRow>> Journal::submission(const sync::Ticket& ticket) {
  TRY_ASSIGN(const auto name, database_.one<std::string>("SELECT name FROM submissions WHERE ticket=?", ticket));
  if (!name) return std::optional<SubmissionRow>();
  return submission(*name);
}

Result<std::optional<SubmissionRow>> Journal::unanswered_twin(const SubmissionRow& row) {
  if (row.message_id.empty()) return std::optional<SubmissionRow>();
  TRY_ASSIGN(const auto name,
             database_.one<std::string>("SELECT name FROM submissions WHERE envelope=? AND created>? AND answered=0"
                                        " ORDER BY id LIMIT 1",
                                        envelope_of(row).view(), seconds_now() - kReplayWindow));
  if (!name) return std::optional<SubmissionRow>();
  return submission(*name);
}

Result<std::optional<sync::Ticket>> Journal::submission_with(const sync::ContentDigest& digest) {
  TRY_ASSIGN(const auto bytes,
             database_.one<Bytes>("SELECT ticket FROM submissions WHERE digest=? ORDER BY id DESC LIMIT 1", digest));
  if (!bytes) return std::optional<sync::Ticket>();
  sync::Ticket ticket;
  if (bytes->size() != ticket.size()) return tl::unexpected(broken("a ticket"));
  std::copy(bytes->begin(), bytes->end(), ticket.begin());
  return std::optional(ticket);
}

Result<std::vector<SubmissionRow>> Journal::submissions(bool with_held, std::size_t limit) {
  std::vector<SubmissionRow> rows;
  TRY(database_.for_each(
      "SELECT " PB_SUBMISSION_COLUMNS
      " FROM submissions INDEXED BY submissions_order WHERE ended=0 AND (held=0 OR ?) ORDER BY class,position LIMIT ?",
      [&](booster::sql::Row row) -> Result<> {
        TRY_ASSIGN(SubmissionRow each, load_submission(row));
        rows.push_back(std::move(each));
        return {};
      },
      with_held, limit));
  for (SubmissionRow& row : rows) TRY(load_recipients(row));
  return rows;
}

Result<> Journal::update_submission(const SubmissionRow& row) {
  TRY(
      database_.run("UPDATE submissions SET class=?,position=?,held=?,sent=?,accepted=?,ambiguous=?,answered=?,state=?,"
                    "ended=?,decision=?,text=? WHERE id=?",
                    row.priority, row.position, row.held, row.sent, row.accepted, row.ambiguous, row.answered,
                    row.state, row.ended, row.decision, row.text, row.id));
  for (std::size_t n = 0; n < row.recipients.size(); ++n) {
    TRY(database_.run("UPDATE recipients SET state=?,reply=? WHERE submission=? AND n=?", row.recipients[n].state,
                      row.recipients[n].reply, row.id, n));
  }
  return {};
}

Result<> Journal::drop_submission(std::int64_t id) {
  return database_.run("DELETE FROM submissions WHERE id=?", id);
}

Result<std::int64_t> Journal::edge_position(booster::schedule::Class of, bool front) {
  TRY_ASSIGN(const auto edge,
             front ? database_.one<std::int64_t>(
                         "SELECT ifnull(min(position),1)-1 FROM submissions WHERE ended=0 AND class=?", of)
                   : database_.one<std::int64_t>(
                         "SELECT ifnull(max(position),0)+1 FROM submissions WHERE ended=0 AND class=?", of));
  return edge.value_or(0);
}

Result<> Journal::prune_submissions(std::int64_t now) {
  // Not one whose ticket the gateway must still hear of.
  return database_.run(
      "DELETE FROM submissions WHERE ended<>0 AND ended<?"
      " AND ticket NOT IN (SELECT ticket FROM acknowledgements)",
      now - kKeepEnded);
}

}  // namespace proxy::queue
