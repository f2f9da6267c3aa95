// Operations on their way to the agent: what they name is looked up when they leave, not when they were made.
#include "booster/runtime/offload.h"
#include "codec/convert/overview_chain.h"
#include "proxy/client/replica/local.h"
#include "proxy/client/replica/replica.h"

namespace proxy::client::replica {
namespace {

using queue::OperationRecord;
using sync::OperationKind;

constexpr std::uint64_t kOverviewInMemory = 64u << 20;  // a larger mail is shown by its header until the agent has it

bool names_messages(OperationKind kind) {
  return kind == OperationKind::Store || kind == OperationKind::Expunge || kind == OperationKind::Copy ||
         kind == OperationKind::Move;
}

// What destroys, or what others stand on, waits for everything before it: a refusal may change it.
bool is_barrier(OperationKind kind) {
  return kind == OperationKind::Expunge || kind == OperationKind::Create || kind == OperationKind::Delete ||
         kind == OperationKind::Rename;
}

Result<std::optional<sync::ItemRef>> item_of(Work& work, const OperationRecord& record, std::size_t i,
                                             sync::UidValidity now) {
  TRY_ASSIGN(const auto m, work.message(key_of(record.mailbox, record.items[i].value)));
  sync::ItemRef item;
  if (m && m->server) {
    item.uid = m->server_uid();
    return std::optional(item);
  }
  if (m && m->made_by != 0) {
    TRY_ASSIGN(const auto maker, work.journal().operation(queue::Sequence{m->made_by}));
    if (!maker) return std::optional<sync::ItemRef>();
    item.made_by = maker->operation.ticket;
    item.index = m->made_index;
    return std::optional(item);
  }
  // No row: it has another place now, or its skeleton is still to come.
  if (record.servers[i].value == 0 || record.operation.uid_validity != now) return std::optional<sync::ItemRef>();
  item.uid = record.servers[i];
  return std::optional(item);
}

Result<> load_octets(Work& work, sync::Operation& operation) {
  if (operation.kind != OperationKind::Append || operation.same_as || operation.size > sync::kInlineOctets) return {};
  auto file = work.store().contents().open(operation.digest);
  if (!file) return {};  // the agent asks for them, and the upload tells what is wrong
  operation.octets.resize(static_cast<std::size_t>(operation.size));
  TRY_ASSIGN(const std::size_t read, (*file)->read_at(0, operation.octets));
  operation.octets.resize(read);
  return {};
}

// false: nothing is left of it
Result<bool> make_ready(Work& work, OperationRecord& record) {
  if (!names_messages(record.operation.kind)) {
    TRY(load_octets(work, record.operation));
    return true;
  }
  TRY_ASSIGN(const MailboxRow* row, work.mailbox(record.mailbox));
  if (row == nullptr) return false;
  std::vector<sync::ItemRef> items;
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < record.items.size(); ++i) {
    TRY_ASSIGN(const auto item, item_of(work, record, i, row->server_validity));
    if (item) {
      items.push_back(*item);
      left.push_back(i);
    }
  }
  // Results come by position, so what a copy makes must stand beside what it copies.
  if (!record.made.empty() && left.size() != record.items.size() && !left.empty()) {
    items.assign(record.items.size(), sync::ItemRef{});
    for (const std::size_t i : left) {
      TRY_ASSIGN(const auto item, item_of(work, record, i, row->server_validity));
      items[i] = *item;
    }
  }
  record.operation.uid_validity = row->server_validity;
  record.operation.items = std::move(items);
  return !left.empty();
}

}  // namespace

Task<Result<std::vector<Replica::Outgoing>>> Replica::next_operations(queue::Sequence after, std::size_t limit) {
  std::vector<Outgoing> outgoing;
  std::vector<sync::Ticket> dead;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(auto records, work.journal().open_operations(after, limit));
    for (OperationRecord& record : records) {
      if (is_barrier(record.operation.kind)) {
        TRY_ASSIGN(const bool waits, work.journal().any_open_before(record.sequence));
        if (waits) break;
      }
      TRY_ASSIGN(const bool alive, make_ready(work, record));
      if (alive) {
        outgoing.push_back({record.sequence, std::move(record.operation)});
      } else {
        dead.push_back(record.operation.ticket);
      }
    }
    return {};
  };
  CO_TRY(co_await look(job));
  for (const sync::Ticket& ticket : dead) {
    sync::OperationResult gone;
    gone.ticket = ticket;
    gone.code = sync::OperationResult::Code::Gone;
    CO_TRY(co_await operation_result(gone));
  }
  co_return outgoing;
}

Task<Result<>> Replica::operation_result(const sync::OperationResult& result) {
  const Job job = [&](Work& work) { return end_operation(work, result); };
  co_return co_await change(job);
}

Task<Result<Appended>> Replica::append(const std::string& mailbox, const Content& content, const Flags& flags,
                                       std::optional<std::int64_t> date, std::int16_t zone_minutes,
                                       std::optional<sync::Ticket> same_as) {
  Bytes octets;
  const Job read = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const auto file, work.store().contents().open(content.digest));
    octets.resize(static_cast<std::size_t>(std::min(content.size, kOverviewInMemory)));
    TRY_ASSIGN(const std::size_t size, file->read_at(0, octets));
    octets.resize(size);
    return {};
  };
  CO_TRY(co_await look(read));
  auto see = [&octets, size = content.size] {
    return codec::convert::encode_overview(octets.size() == size ? codec::convert::overview(octets)
                                                                 : codec::convert::overview_of_header(octets, size));
  };
  const codec::property::Chain overview = co_await booster::runtime::offload(see);
  AppendRequest request;
  request.mailbox = mailbox;
  request.content = content;
  request.flags = flags;
  request.date = date.value_or(queue::seconds_now());
  request.zone_minutes = zone_minutes;
  request.same_as = same_as;
  request.overview = &overview;
  Appended appended;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(appended, append_message(work, request));
    return {};
  };
  CO_TRY(co_await change(job));
  co_return appended;
}

}  // namespace proxy::client::replica
