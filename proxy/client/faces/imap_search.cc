// SEARCH and ESEARCH, in batches, off-line too.                             Source: RFC 3501 §6.4.4, RFC 4731, 7162
// §3.1.5
#include <algorithm>

#include "booster/runtime/offload.h"
#include "codec/mime/structure.h"
#include "proxy/client/faces/imap_session.h"
#include "proxy/client/faces/search_match.h"

namespace proxy::client::faces {

using booster::runtime::offload;
namespace command = imap::command;
namespace response = imap::response;

namespace {

constexpr std::uint64_t kMaxSearched = 64ull << 20;  // octets of one mail that are looked at

struct Found {
  imap::SequenceSet numbers;
  std::uint64_t count = 0;
  imap::ModSeq highest, first, last;  // MODSEQ of all, of the lowest and of the highest number
  std::size_t unsearched = 0;         // their text is not here
};

// What the octets say, where they are here.
Task<Result<Truth>> judge_by_octets(MailboxView& view, const imap::SearchKey& key, const Row& row, bool whole) {
  if (!row.body_here) co_return Truth::Unknown;
  Result<std::shared_ptr<Body>> body = co_await view.open_body(row.uid);
  if (!body) co_return Truth::Unknown;
  MessageReader reader(*body, row.overview, nullptr);
  std::uint64_t end = std::min((*body)->size(), kMaxSearched);
  if (!whole) {
    imap::FetchItem header;
    header.what = imap::FetchWhat::Rfc822Header;
    CO_TRY_ASSIGN(const SectionPlace place, co_await reader.find(header));
    end = place.end;
  }
  if ((*body)->available() < end) co_return Truth::Unknown;
  CO_TRY_ASSIGN(Bytes octets, co_await reader.read(0, end));
  auto job = [octets = std::move(octets), whole, &key, &row] {
    SearchTexts texts{octets, nullptr};
    codec::mime::Structure structure;
    if (whole) {
      structure = codec::mime::scan(octets);
      texts.structure = &structure;
    }
    return judge(key, row, &texts);
  };
  co_return co_await offload(std::move(job));
}

Task<Result<Found>> search_all(MailboxView& view, const imap::SearchKey& key, bool uid) {
  const SearchNeeds needs = needs_of(key);
  RowQuery query;
  if (view.last_uid().value > 0) query.set = imap::SequenceSet::range(1, view.last_uid().value);
  narrow(query, key);
  query.overview = needs.overview;
  Found found;
  for (imap::Uid after;;) {
    CO_TRY_ASSIGN(const std::vector<Row> rows, co_await view.rows(query, after));
    if (rows.empty()) co_return found;
    after = rows.back().uid;
    for (const Row& row : rows) {
      Truth truth = judge(key, row, nullptr);
      if (truth == Truth::Unknown) {
        Result<Truth> read = co_await judge_by_octets(view, key, row, needs.whole);
        if (!read && read.error().code == Errc::Cancelled) co_return tl::unexpected(read.error());
        if (read) truth = *read;
      }
      if (truth == Truth::Unknown) ++found.unsearched;
      if (truth != Truth::Yes) continue;
      found.numbers.add(uid ? row.uid.value : row.number.value);
      if (found.count++ == 0) found.first = row.mod_seq;
      found.last = row.mod_seq;
      found.highest = std::max(found.highest, row.mod_seq);
    }
  }
}

response::ESearch extended(const Found& found, const command::SearchReturn& asked, bool uid, bool mod_seq) {
  const bool nothing = !asked.min && !asked.max && !asked.all && !asked.count;
  response::ESearch line;
  line.uid = uid;
  if (asked.min) line.min = found.numbers.front();
  if (asked.max) line.max = found.numbers.back();
  if (asked.count) line.count = static_cast<std::uint32_t>(found.count);
  if (asked.all || nothing) line.all = found.numbers;
  if (!mod_seq || found.count == 0) return line;
  // RFC 7162 §3.1.10: with only MIN, MAX: of these.
  if (asked.all || asked.count || nothing)
    line.mod_seq = found.highest;
  else if (asked.min && asked.max)
    line.mod_seq = std::max(found.first, found.last);
  else
    line.mod_seq = asked.min ? found.first : found.last;
  return line;
}

}  // namespace

Task<Result<>> ImapSession::run(const Tag& tag, command::Search& c) {
  const Result<> prepared = prepare_search(c.key, c.charset, view_->exists(), view_->last_uid());
  if (!prepared && prepared.error().code == Errc::Unsupported) {
    reply(tag, Condition::No, "SEARCH: unknown charset; UTF-8 is fine", imap::code::Other{"BADCHARSET"});
    co_return Result<>();
  }
  if (!prepared) {
    bad_command(tag, "SEARCH: that is no text in its charset");
    co_return Result<>();
  }
  const bool mod_seq = imap::uses_modseq(c.key);
  if (mod_seq) condstore_ = true;
  Result<Found> found = co_await patiently("Searching", search_all(*view_, c.key, c.uid));
  if (!found) {
    refuse(tag, found.error(), "SEARCH");
    co_return Result<>();
  }
  if (c.returns) {
    response::ESearch line = extended(*found, *c.returns, c.uid, mod_seq);
    line.tag = tag;
    untagged(line);
  } else {
    response::Search line{found->numbers, std::nullopt};
    if (mod_seq && found->count > 0) line.mod_seq = found->highest;
    untagged(line);
  }
  std::string text = "SEARCH completed";
  if (found->unsearched > 0)
    text += "; the text of " + std::to_string(found->unsearched) + " is not here yet and was not searched";
  co_return co_await done(tag, text, c.uid);
}

}  // namespace proxy::client::faces
