#include "proxy/client/priority_queue.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace proxy::client {

using queue::QueueEntry;
using replica::Backlog;
using replica::Reorder;

namespace {

constexpr std::array<std::pair<std::string_view, QueueVerb>, 7> kVerbs = {{
    {"raise", QueueVerb::Raise},
    {"lower", QueueVerb::Lower},
    {"hold", QueueVerb::Hold},
    {"release", QueueVerb::Release},
    {"cancel", QueueVerb::Cancel},
    {"send-again", QueueVerb::SendAgain},
    {"take-as-sent", QueueVerb::TakeAsSent},
}};

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_dash(std::string_view& text) {
  if (text.empty() || text.front() != '-') return false;
  text.remove_prefix(1);
  return true;
}

bool is_of(const Backlog& line, const BodyFetcher::UnderWay& one) {
  return line.mailbox == one.mailbox && line.uid == one.uid;
}

std::string plural(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " mail" : " mails");
}

std::optional<Reorder> reorder(QueueVerb verb) {
  switch (verb) {
    case QueueVerb::Raise:
      return Reorder::Raise;
    case QueueVerb::Lower:
      return Reorder::Lower;
    case QueueVerb::Hold:
      return Reorder::Hold;
    case QueueVerb::Release:
      return Reorder::Release;
    case QueueVerb::Cancel:
      return Reorder::Cancel;
    case QueueVerb::SendAgain:
    case QueueVerb::TakeAsSent:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<QueueVerb> queue_verb(std::string_view word) {
  for (const auto& [name, verb] : kVerbs) {
    if (name == word) return verb;
  }
  return std::nullopt;
}

// id = "b" account "-" mailbox ["-" uid] / "c" account "-" sequence / 8 letters of a submission
std::optional<PriorityQueue::Place> PriorityQueue::place_of(std::string_view id) const {
  Place place;
  if (id.empty() || (id.front() != 'b' && id.front() != 'c')) return std::nullopt;
  place.kind = id.front();
  id.remove_prefix(1);
  std::uint32_t account = 0;
  const bool begun = take_number(id, account) && take_dash(id) && take_number(id, place.first);
  if (!begun || account != account_) return std::nullopt;
  if (place.kind == 'b' && take_dash(id) && (!take_number(id, place.uid) || place.uid == 0)) return std::nullopt;
  return id.empty() ? std::optional(place) : std::nullopt;
}

std::string PriorityQueue::id_of(MailboxId mailbox, LocalUid uid) const {
  std::string id = "b" + std::to_string(account_) + "-" + std::to_string(mailbox.value);
  if (uid.value != 0) id += "-" + std::to_string(uid.value);
  return id;
}

Task<Result<std::vector<QueueEntry>>> PriorityQueue::list() {
  CO_TRY_ASSIGN(std::vector<QueueEntry> entries, co_await replica_.outbox().list());
  for (QueueEntry& entry : entries) {
    if (entry.what == QueueEntry::What::Operation) entry.id = "c" + std::to_string(account_) + "-" + entry.id;
  }
  const std::vector<BodyFetcher::UnderWay> under_way = engine_.bodies_under_way();
  CO_TRY_ASSIGN(std::vector<Backlog> lines, co_await coming_down(under_way));
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Backlog& a, const Backlog& b) { return a.rank.position < b.rank.position; });
  for (const Backlog& line : lines) entries.push_back(entry_of(line, under_way));
  std::stable_sort(entries.begin(), entries.end(),
                   [](const QueueEntry& a, const QueueEntry& b) { return a.priority < b.priority; });
  co_return entries;
}

// The policy's lines, and of what a program waits for one of its own.
Task<Result<std::vector<Backlog>>> PriorityQueue::coming_down(const std::vector<BodyFetcher::UnderWay>& under_way) {
  CO_TRY_ASSIGN(std::vector<Backlog> lines, co_await store_.backlog());
  CO_TRY_ASSIGN(const std::vector<replica::MailboxInfo> mailboxes, co_await replica_.mailboxes());
  for (const BodyFetcher::UnderWay& one : under_way) {
    const auto there = std::find_if(lines.begin(), lines.end(), [&](const Backlog& line) { return is_of(line, one); });
    if (!one.waited_for || there != lines.end()) continue;
    const auto mailbox = std::find_if(mailboxes.begin(), mailboxes.end(),
                                      [&](const replica::MailboxInfo& info) { return info.id == one.mailbox; });
    Backlog line;
    line.mailbox = one.mailbox;
    if (mailbox != mailboxes.end()) line.name = mailbox->name;
    line.uid = one.uid;
    line.rank.of = Class::Interactive;
    line.waited_for = true;
    line.count = 1;
    line.bytes = one.here + one.left;
    lines.push_back(std::move(line));
  }
  co_return lines;
}

QueueEntry PriorityQueue::entry_of(const Backlog& line, const std::vector<BodyFetcher::UnderWay>& under_way) const {
  QueueEntry entry;
  entry.id = id_of(line.mailbox, line.uid);
  entry.what = QueueEntry::What::Body;
  entry.kind = line.uid.value == 0 ? "bodies" : "body";
  entry.mailbox = line.name;
  entry.priority = line.rank.of;
  entry.held = line.rank.held && !line.waited_for;
  entry.count = line.count;
  entry.size = line.bytes;
  entry.created = line.date;
  std::uint64_t here = line.here;
  bool asked = false;
  bool coming = false;
  for (const BodyFetcher::UnderWay& one : under_way) {
    if (line.uid.value == 0 ? one.mailbox != line.mailbox || one.apart : !is_of(line, one)) continue;
    asked = true;
    coming = coming || one.coming;
    here = line.uid.value == 0 ? here + one.here : std::max(here, one.here);
  }
  entry.bytes_left = entry.size - std::min(entry.size, here);
  entry.state = coming ? "coming" : asked ? "asked for" : "waiting";
  if (entry.held && !coming) entry.state = "held";
  if (line.waited_for) entry.text = "a program waits for it";
  if (line.rank.cancelled || (line.count == 0 && line.cancelled_count > 0)) entry.state = "cancelled";
  if (line.cancelled_count > 0)
    entry.text = plural(line.cancelled_count) + " cancelled: each comes when a program opens it";
  return entry;
}

Task<Result<std::optional<std::string>>> PriorityQueue::act(QueueVerb verb, std::string id) {
  std::optional<std::string> said;
  const std::optional<Place> place = place_of(id);
  if (place && place->kind == 'c')
    co_return fail(Errc::Unsupported,
                   "changes go up in the order in which they were made, each may build on the one before: " + id +
                       " can only be undone in the mail program");
  if (place) {
    const MailboxId mailbox{place->first};
    const LocalUid uid{place->uid};
    CO_TRY_ASSIGN(said, co_await act_on_bodies(verb, mailbox, uid));
    co_return said;
  }
  CO_TRY_ASSIGN(const auto found, co_await replica_.outbox().find(id));
  if (!found) co_return said;
  CO_TRY_ASSIGN(said, co_await act_on_submission(verb, std::move(id)));
  co_return said;
}

Task<Result<std::string>> PriorityQueue::act_on_submission(QueueVerb verb, std::string id) {
  queue::Outbox& outbox = replica_.outbox();
  switch (verb) {
    case QueueVerb::Raise:
      CO_TRY(co_await outbox.raise(id));
      break;
    case QueueVerb::Lower:
      CO_TRY(co_await outbox.lower(id));
      break;
    case QueueVerb::Hold:
      CO_TRY(co_await outbox.hold(id));
      break;
    case QueueVerb::Release:
      CO_TRY(co_await outbox.release(id));
      break;
    case QueueVerb::SendAgain:
      CO_TRY(co_await outbox.decide(id, sync::Decide::What::SendAgain));
      break;
    case QueueVerb::TakeAsSent:
      CO_TRY(co_await outbox.decide(id, sync::Decide::What::TakeAsSent));
      break;
    case QueueVerb::Cancel:
      CO_TRY_ASSIGN(const bool gone, co_await outbox.cancel(id));
      if (gone) co_return std::string("withdrawn");
      co_return std::string("the gateway may have it: it is asked to withdraw what is not being sent yet");
  }
  co_return std::string();
}

Task<Result<std::string>> PriorityQueue::act_on_bodies(QueueVerb verb, MailboxId mailbox, LocalUid uid) {
  const std::optional<Reorder> how = reorder(verb);
  if (!how) co_return fail(Errc::Unsupported, "mail that comes down: only a mail that was sent can be sent again");
  CO_TRY(co_await replica_.order_bodies(mailbox, uid, *how));
  std::string said;
  if (*how == Reorder::Cancel) said = "comes only when a program opens it; release takes that back";
  if (*how == Reorder::Hold) said = "held; what a program opens comes all the same";
  for (const BodyFetcher::UnderWay& one : engine_.bodies_under_way()) {
    if (one.waited_for && one.mailbox == mailbox && one.uid == uid) said = "a program waits for it now: it comes first";
  }
  co_return said;
}

}  // namespace proxy::client
