// Reading messages of the selected mailbox, by UID.                          Source: RFC 3501 §6.4.4, 6.4.5, RFC 7162
#include <algorithm>
#include <map>

#include "proxy/gateway/connector/imap_exchange.h"

namespace proxy::gateway::connector {

namespace response = imap::response;
namespace command = imap::command;
using imap::FetchWhat;

// A long set goes out as several commands: servers bound their lines.
Task<Result<>> ImapConnection::fetch(SequenceSet uids, std::vector<imap::FetchItem> items, Exchange& exchange) {
  for (SequenceSet& part : imap::split(uids, kSetText)) {
    command::Fetch fetch{.uid = true, .set = std::move(part), .items = items, .changed_since = std::nullopt};
    CO_TRY_ASSIGN(State state, co_await run(std::move(fetch), exchange));
    CO_TRY(judge(std::move(state)));
  }
  co_return Result<>();
}

namespace {

std::optional<FlagRow> flag_row(response::Fetch& fetch) {
  if (!fetch.uid || !fetch.flags) return std::nullopt;
  return FlagRow{*fetch.uid, without_recent(std::move(*fetch.flags)), fetch.mod_seq.value_or(ModSeq{})};
}

class FlagExchange final : public FetchExchange {
 public:
  FlagExchange(SequenceSet uids, OnFlagRow row, bool want_vanished = false)
      : FetchExchange(std::move(uids), kScanOctets), row_(std::move(row)), want_vanished_(want_vanished) {}
  SequenceSet vanished;

 protected:
  Result<> on_fetch(response::Fetch& fetch) override {
    if (auto row = flag_row(fetch)) row_(std::move(*row));
    return {};
  }
  Result<> on_other(imap::Response& found) override {
    const auto* gone = std::get_if<response::Vanished>(&found);
    if (gone == nullptr || !want_vanished_) return {};
    if (gone->uids.is_open()) return fail(Errc::Protocol, "VANISHED without an end");
    vanished = unite(vanished, gone->uids);
    return {};
  }

 private:
  OnFlagRow row_;
  bool want_vanished_;
};

}  // namespace

Task<Result<>> ImapConnection::scan_flags(SequenceSet uids, OnFlagRow row) {
  std::vector<imap::FetchItem> items;
  items.push_back(fetch_item(FetchWhat::Uid));
  items.push_back(fetch_item(FetchWhat::Flags));
  FlagExchange exchange(uids, std::move(row));
  co_return co_await fetch(std::move(uids), std::move(items), exchange);
}

Task<Result<SequenceSet>> ImapConnection::changed_since(ModSeq since, bool vanished, OnFlagRow row) {
  command::Fetch fetch;
  fetch.uid = true;
  fetch.set = SequenceSet::from(1);
  fetch.changed_since = since;
  fetch.vanished = vanished;
  fetch.items.push_back(fetch_item(FetchWhat::Uid));
  fetch.items.push_back(fetch_item(FetchWhat::Flags));
  FlagExchange exchange(SequenceSet::from(1), std::move(row), vanished);
  CO_TRY_ASSIGN(State state, co_await run(std::move(fetch), exchange));
  auto done = judge(std::move(state));
  if (!done) {
    if (done.error().code == Errc::Unsupported) can_.qresync = can_.condstore = false;  // advertised, not understood
    co_return tl::unexpected(std::move(done).error());
  }
  co_return std::move(exchange.vanished);
}

namespace {

class SearchExchange final : public Exchange {
 public:
  SearchExchange() : Exchange(kScanOctets, kSearchStall) {}
  Result<> on_response(imap::Response& found) override {
    if (auto* plain = std::get_if<response::Search>(&found)) return add(plain->numbers);
    if (auto* extended = std::get_if<response::ESearch>(&found)) {
      if (extended->uid && extended->all) return add(*extended->all);
    }
    return {};
  }
  SequenceSet uids;

 private:
  Result<> add(const SequenceSet& numbers) {
    if (numbers.is_open()) return fail(Errc::Protocol, "a search result without an end");
    uids = unite(uids, numbers);
    return {};
  }
};

}  // namespace

Task<Result<SequenceSet>> ImapConnection::search(imap::SearchKey key) {
  command::Search search{.uid = true, .returns = std::nullopt, .charset = std::nullopt, .key = std::move(key)};
  if (can_.esearch) {
    imap::command::SearchReturn all;
    all.all = true;
    search.returns = all;
  }
  SearchExchange exchange;
  CO_TRY_ASSIGN(State state, co_await run(std::move(search), exchange));
  CO_TRY(judge(std::move(state)));
  co_return std::move(exchange.uids);
}

Task<Result<SequenceSet>> ImapConnection::uid_list() {
  imap::SearchKey all{imap::search::All{}};
  co_return co_await search(std::move(all));
}

namespace {

// Several responses may speak of one message: what each says counts.
class SkeletonExchange final : public FetchExchange {
 public:
  explicit SkeletonExchange(SequenceSet uids) : FetchExchange(std::move(uids), kScanOctets) {}
  std::vector<SkeletonRow> take() {
    std::vector<SkeletonRow> whole;
    for (auto& [uid, row] : rows_)
      if (row.sized && row.flagged) whole.push_back(std::move(row.row));
    return whole;
  }

 protected:
  Result<> on_fetch(response::Fetch& fetch) override {
    Part& part = rows_[fetch.uid->value];
    part.row.uid = *fetch.uid;
    if (fetch.size) part.row.size = *fetch.size;
    part.sized = part.sized || fetch.size.has_value();
    if (fetch.internal_date) part.row.internal_date = *fetch.internal_date;
    if (fetch.flags) part.row.flags = without_recent(std::move(*fetch.flags));
    part.flagged = part.flagged || fetch.flags.has_value();
    if (fetch.mod_seq) part.row.mod_seq = *fetch.mod_seq;
    return {};
  }

 private:
  struct Part {
    SkeletonRow row;
    bool sized = false, flagged = false;
  };
  std::map<std::uint32_t, Part> rows_;
};

// Sizes and header blocks.
class HeaderExchange final : public FetchExchange {
 public:
  explicit HeaderExchange(SequenceSet uids) : FetchExchange(std::move(uids), kScanOctets) {}
  std::vector<HeaderRow> take() {
    std::vector<HeaderRow> rows;
    for (auto& [uid, row] : rows_) rows.push_back(std::move(row));
    return rows;
  }
  Result<> on_body_begin(const imap::BodyBegin& begin) override {
    streamed_.clear();
    keep_ = begin.size <= kMaxHeader;
    return {};
  }
  Task<Result<>> on_body_octets(std::string_view bytes) override {
    if (keep_) streamed_.append(bytes);
    co_return Result<>();
  }

 protected:
  Result<> on_fetch(response::Fetch& fetch) override {
    HeaderRow& row = rows_[fetch.uid->value];
    row.uid = *fetch.uid;
    if (fetch.size) row.size = *fetch.size;
    for (response::FetchedBody& body : fetch.bodies) {
      if (body.content) row.header = std::move(*body.content);
      if (body.streamed) row.header = std::move(streamed_);
    }
    streamed_.clear();
    return {};
  }

 private:
  std::map<std::uint32_t, HeaderRow> rows_;
  std::string streamed_;
  bool keep_ = false;
};

}  // namespace

Task<Result<std::vector<SkeletonRow>>> ImapConnection::skeleton(SequenceSet uids) {
  std::vector<imap::FetchItem> items;
  for (const FetchWhat what : {FetchWhat::Uid, FetchWhat::Flags, FetchWhat::InternalDate, FetchWhat::Size})
    items.push_back(fetch_item(what));
  SkeletonExchange exchange(uids);
  CO_TRY(co_await fetch(std::move(uids), std::move(items), exchange));
  co_return exchange.take();
}

Task<Result<std::vector<HeaderRow>>> ImapConnection::headers(SequenceSet uids, std::vector<std::string> fields) {
  std::vector<imap::FetchItem> items;
  items.push_back(fetch_item(FetchWhat::Uid));
  items.push_back(fetch_item(FetchWhat::Size));
  imap::Section section;
  section.text = fields.empty() ? imap::SectionText::Header : imap::SectionText::HeaderFields;
  for (const std::string& field : fields) section.fields.push_back(imap::upper(field));
  items.push_back(peek_section(std::move(section)));
  HeaderExchange exchange(uids);
  CO_TRY(co_await fetch(std::move(uids), std::move(items), exchange));
  co_return exchange.take();
}

namespace {

// One body into its sink. A streamed body may come before its UID: the response tells whose it was, and until then the
// sink has taken octets on trust.
class BodyExchange final : public Exchange {
 public:
  BodyExchange(Uid uid, BodySink& sink) : Exchange(kBodyOctets), uid_(uid), sink_(sink) {}
  bool done() const { return done_; }
  std::optional<std::string> take_small() { return std::move(small_); }
  const std::optional<imap::DateTime>& date() const { return date_; }

  Result<> on_body_begin(const imap::BodyBegin& begin) override {
    const bool ours = !done_ && !streaming_ && whole(begin.place.section) && !begin.place.origin &&
                      (!begin.place.uid || *begin.place.uid == uid_);
    taking_ = ours;
    if (!ours) return {};
    streaming_ = true;
    return sink_.begin(begin.size);
  }
  Task<Result<>> on_body_octets(std::string_view bytes) override {
    if (!taking_) co_return Result<>();
    co_return co_await sink_.octets(bytes);
  }
  void on_body_end() override { taking_ = false; }
  Result<> on_response(imap::Response& found) override {
    auto* fetch = std::get_if<response::Fetch>(&found);
    if (fetch == nullptr) return {};
    const bool ours = fetch->uid && *fetch->uid == uid_;
    if (ours && fetch->internal_date) date_ = fetch->internal_date;
    for (response::FetchedBody& body : fetch->bodies) {
      if (!whole(body.section) || body.origin || done_) continue;
      if (body.streamed && streaming_ && !ours) return fail(Errc::Protocol, "a body of another message");
      if (!ours || (!body.content && !body.streamed)) continue;
      if (body.content) small_ = std::move(body.content);
      done_ = true;
    }
    return {};
  }

 private:
  static bool whole(const imap::Section& section) {
    return section.part.empty() && section.text == imap::SectionText::All;
  }
  Uid uid_;
  BodySink& sink_;
  bool taking_ = false, streaming_ = false, done_ = false;
  std::optional<std::string> small_;
  std::optional<imap::DateTime> date_;
};

}  // namespace

Task<Result<std::optional<imap::DateTime>>> ImapConnection::body(Uid uid, BodySink& sink) {
  std::vector<imap::FetchItem> items;
  items.push_back(fetch_item(FetchWhat::Uid));
  items.push_back(fetch_item(FetchWhat::InternalDate));
  items.push_back(peek_section(imap::Section{}));
  BodyExchange exchange(uid, sink);
  CO_TRY(co_await fetch(SequenceSet::single(uid.value), std::move(items), exchange));
  if (!exchange.done()) co_return fail(Errc::NotFound, "a message that is not there any more");
  const std::optional<std::string> small = exchange.take_small();
  if (small) {
    CO_TRY(sink.begin(small->size()));
    CO_TRY(co_await sink.octets(*small));
  }
  co_return exchange.date();
}

}  // namespace proxy::gateway::connector
