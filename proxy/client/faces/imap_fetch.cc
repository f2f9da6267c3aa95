// FETCH: from the rows and overviews of the store; bodies streamed out of their files.     Source: RFC 3501 §6.4.5,
// 7162
#include <algorithm>

#include "codec/convert/write.h"
#include "proxy/client/faces/imap_session.h"

namespace proxy::client::faces {

using imap::FetchItem;
using imap::FetchWhat;
namespace command = imap::command;

namespace {

constexpr Duration kBodyStall = std::chrono::minutes(5);  // within a literal, where no word of comfort can be said

bool of_body(const FetchItem& item) {
  return item.what == FetchWhat::Section || item.what == FetchWhat::Rfc822 || item.what == FetchWhat::Rfc822Header ||
         item.what == FetchWhat::Rfc822Text;
}
bool of_overview(const FetchItem& item) {
  return item.what == FetchWhat::Envelope || item.what == FetchWhat::BodyStructure || item.what == FetchWhat::Body;
}
// RFC822.HEADER is BODY.PEEK[HEADER].
bool sets_seen(const FetchItem& item) {
  return of_body(item) && !item.peek && item.what != FetchWhat::Rfc822Header;
}
bool asks(const command::Fetch& c, FetchWhat what) {
  return std::any_of(c.items.begin(), c.items.end(), [what](const FetchItem& item) { return item.what == what; });
}

void write_overview_item(imap::FetchWriter& w, const FetchItem& item, const codec::convert::Overview& overview) {
  using codec::convert::Extensions;
  std::string text;
  if (item.what == FetchWhat::Envelope) {
    codec::convert::write_envelope(text, overview.envelope);
    w.envelope(text);
    return;
  }
  const bool all = item.what == FetchWhat::BodyStructure;
  codec::convert::write_body_structure(text, overview.structure, all ? Extensions::All : Extensions::None);
  w.body_structure(text, all);
}

void write_row_item(imap::FetchWriter& w, const FetchItem& item, const Row& row) {
  switch (item.what) {
    case FetchWhat::InternalDate:
      return w.internal_date(row.date);
    case FetchWhat::Size:
      return w.size(row.size);
    default:
      return;  // UID, FLAGS and MODSEQ stand in front; the others have writers of their own
  }
}

}  // namespace

Task<Result<imap::SequenceSet>> ImapSession::uids_of(bool uid, const imap::SequenceSet& set) {
  if (uid) co_return set.resolve(view_->last_uid().value);
  co_return co_await view_->uids_of(set.resolve(view_->exists()));
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Fetch& c) {
  const bool unknown = asks(c, FetchWhat::EmailId) || asks(c, FetchWhat::ThreadId) ||
                       asks(c, FetchWhat::GmailMessageId) || asks(c, FetchWhat::GmailThreadId) ||
                       asks(c, FetchWhat::GmailLabels);
  if (c.vanished || unknown) {
    bad_command(tag, "FETCH: that is not offered");
    co_return Result<>();
  }
  if (c.changed_since || asks(c, FetchWhat::ModSeq)) condstore_ = true;
  RowQuery query;
  query.set = c.set.resolve(c.uid ? view_->last_uid().value : view_->exists());
  query.by_uid = c.uid;
  if (c.changed_since) query.changed_since = *c.changed_since;
  query.overview = std::any_of(c.items.begin(), c.items.end(),
                               [](const FetchItem& item) { return of_overview(item) || of_body(item); });
  std::size_t missing = 0;
  for (imap::Uid after;;) {
    Result<std::vector<Row>> rows = co_await view_->rows(query, after);
    if (!rows) {
      refuse(tag, rows.error(), "FETCH");
      co_return Result<>();
    }
    if (rows->empty()) break;
    after = rows->back().uid;
    CO_TRY(co_await fetch_rows(c, std::move(*rows), missing));
  }
  if (missing == 0) co_return co_await done(tag, "FETCH completed", c.uid);
  CO_TRY(co_await tell_changes(c.uid));
  reply(tag, Condition::No,
        "FETCH: " + std::to_string(missing) + " of these cannot be had now: not here, and the link is down",
        imap::CodeName::Unavailable);
  co_return Result<>();
}

Task<Result<>> ImapSession::fetch_rows(const command::Fetch& c, std::vector<Row> rows, std::size_t& missing) {
  const bool seeing = !read_only_ && std::any_of(c.items.begin(), c.items.end(), sets_seen);
  // What is here is marked in one durable write; what must come first, when it has come.
  imap::SequenceSet to_mark;
  for (const Row& row : rows) {
    if (seeing && row.body_here && !row.flags.has(imap::SystemFlag::Seen)) to_mark.add(row.uid.value);
  }
  imap::ModSeq marked;
  const imap::FlagSet seen{imap::SystemFlag::Seen};
  if (!to_mark.empty()) {
    const Result<Stored> stored = co_await view_->store(to_mark, command::StoreMode::Add, seen, std::nullopt);
    if (stored) marked = stored->mod_seq;
  }
  for (Row& row : rows) {
    bool with_flags = false;
    if (marked.value != 0 && to_mark.contains(row.uid)) {
      row.flags.add(imap::SystemFlag::Seen);
      row.mod_seq = marked;
      with_flags = true;
    }
    CO_TRY_ASSIGN(const bool had, co_await fetch_row(c, row, with_flags));
    if (!had) ++missing;
    CO_TRY(co_await wire_.flush_when_full());
    if (!had || !seeing || row.body_here || row.flags.has(imap::SystemFlag::Seen)) continue;
    const imap::SequenceSet one = imap::SequenceSet::single(row.uid.value);
    const Result<Stored> stored = co_await view_->store(one, command::StoreMode::Add, seen, std::nullopt);
    if (stored) CO_TRY(co_await write_flags_of(one, c.uid, true));
  }
  co_return Result<>();
}

// False: its octets cannot be had now; nothing was written.
Task<Result<bool>> ImapSession::fetch_row(const command::Fetch& c, const Row& row, bool with_flags) {
  std::shared_ptr<const codec::convert::Overview> overview = row.overview;
  const bool needs_body = std::any_of(c.items.begin(), c.items.end(), [&overview](const FetchItem& item) {
    return of_body(item) || (of_overview(item) && !overview);
  });
  std::unique_ptr<MessageReader> reader;
  std::vector<SectionPlace> places;
  if (needs_body) {
    Result<std::shared_ptr<Body>> body = co_await patiently("This message is on its way", view_->open_body(row.uid));
    if (!body) co_return false;
    StructurePtr known;
    if (structure_of_ == row.uid) known = structure_;
    reader = std::make_unique<MessageReader>(std::move(*body), overview, std::move(known));
    for (const FetchItem& item : c.items) {
      if (of_overview(item) && !overview) {
        auto described = co_await patiently("This message is on its way", reader->overview());
        if (!described) co_return false;
        overview = *described;
      }
      SectionPlace place;
      if (of_body(item)) {
        Result<SectionPlace> found = co_await patiently("This message is on its way", reader->find(item));
        if (!found) co_return false;
        place = std::move(*found);
      }
      places.push_back(std::move(place));
    }
    if (reader->structure()) {
      structure_of_ = row.uid;
      structure_ = reader->structure();
    }
  }
  imap::FetchWriter w(wire_.out(), row.number);
  if (c.uid || asks(c, FetchWhat::Uid)) w.uid(row.uid);
  if (with_flags || asks(c, FetchWhat::Flags)) w.flags(row.flags);
  if (c.changed_since || asks(c, FetchWhat::ModSeq) || (with_flags && condstore_)) w.mod_seq(row.mod_seq);
  for (std::size_t i = 0; i < c.items.size(); ++i) {
    const FetchItem& item = c.items[i];
    if (of_body(item)) {
      CO_TRY(co_await write_section(w, item, *reader, places[i]));
    } else if (of_overview(item)) {
      write_overview_item(w, item, *overview);
    } else {
      write_row_item(w, item, row);
    }
  }
  w.end();
  co_return true;
}

// A body that stops within its literal leaves no way but to close the connection.
Task<Result<>> ImapSession::write_section(imap::FetchWriter& w, const FetchItem& item, MessageReader& reader,
                                          const SectionPlace& place) {
  if (place.nil) {
    w.body(item, std::nullopt);
    co_return Result<>();
  }
  w.begin_body(item, place.size());
  wire_.out().append(place.text);
  Body& body = reader.body();
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(place.stretch ? place.size() : 0, kFlushAt)));
  for (std::uint64_t at = place.begin; place.stretch && at < place.end;) {
    if (body.available() <= at) {
      CO_TRY(co_await wire_.flush());
      CO_TRY(co_await booster::runtime::with_timeout(kBodyStall, body.wait_for_more(at)));
      continue;
    }
    const std::uint64_t size = std::min<std::uint64_t>({buffer.size(), place.end - at, body.available() - at});
    const auto into = std::span(buffer).first(static_cast<std::size_t>(size));
    CO_TRY_ASSIGN(const std::size_t count, co_await body.read_at(at, into));
    if (count == 0) co_return fail(Errc::Corrupt, "body file: shorter than it should be");
    wire_.out().append(as_text(ByteView(into).first(count)));
    at += count;
    CO_TRY(co_await wire_.flush_when_full());
  }
  co_return Result<>();
}

}  // namespace proxy::client::faces
