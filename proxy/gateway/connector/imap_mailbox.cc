// Mailboxes: what is there, opening one, making and removing them.      Source: RFC 3501 §6.3, RFC 5258, 5819, 6154,
// 7162
#include <algorithm>
#include <map>

#include "proxy/gateway/connector/imap_exchange.h"

namespace proxy::gateway::connector {

namespace response = imap::response;
namespace command = imap::command;
using imap::MailboxAttribute;

namespace {

// Collects LIST, LSUB and STATUS responses; a name that is given twice is one.
class ListExchange final : public Exchange {
 public:
  Result<> on_response(imap::Response& found) override {
    if (auto* list = std::get_if<response::List>(&found)) return add(*list);
    if (auto* status = std::get_if<response::Status>(&found)) {
      const std::string name = status->mailbox.utf8();
      statuses.insert_or_assign(name, std::move(*status));
    }
    return {};
  }
  std::vector<ListedMailbox> take() {
    for (ListedMailbox& mailbox : mailboxes) {
      const auto status = statuses.find(mailbox.name.utf8());
      if (status != statuses.end()) mailbox.status = std::move(status->second);
    }
    return std::move(mailboxes);
  }
  std::vector<ListedMailbox> mailboxes;
  std::map<std::string, response::Status> statuses;

 private:
  Result<> add(const response::List& list) {
    if (list.attributes.has(MailboxAttribute::NonExistent) && !list.attributes.has(MailboxAttribute::Subscribed))
      return {};
    if (mailboxes.size() >= kMaxMailboxes) return fail(Errc::Limit, "a list of too many mailboxes");
    const auto [at, fresh] = places_.try_emplace(list.mailbox.utf8(), mailboxes.size());
    if (!fresh) return {};
    const bool none = list.attributes.has(MailboxAttribute::NonExistent);
    ListedMailbox mailbox{.name = list.mailbox,
                          .delimiter = list.delimiter.value_or('\0'),
                          .attributes = list.attributes,
                          .selectable = !none && !list.attributes.has(MailboxAttribute::NoSelect),
                          .subscribed = list.lsub || list.attributes.has(MailboxAttribute::Subscribed),
                          .status = std::nullopt};
    mailboxes.push_back(std::move(mailbox));
    return {};
  }
  std::map<std::string, std::size_t> places_;
};

command::List list_all() {
  command::List list;
  list.patterns.emplace_back("*");
  return list;
}

}  // namespace

Task<Result<std::vector<ListedMailbox>>> ImapConnection::list_extended(imap::StatusItems status) {
  command::List list = list_all();
  list.extended = true;
  list.return_subscribed = true;
  list.return_special_use = can_.special_use;
  if (can_.list_status && !status.empty()) list.return_status = status;
  ListExchange exchange;
  CO_TRY_ASSIGN(State state, co_await run(std::move(list), exchange));
  CO_TRY(judge(std::move(state)));
  co_return exchange.take();
}

Task<Result<std::vector<ListedMailbox>>> ImapConnection::list_plain() {
  ListExchange all;
  CO_TRY_ASSIGN(State state, co_await run(list_all(), all));
  CO_TRY(judge(std::move(state)));
  ListExchange wanted;
  command::Lsub lsub{"", "*"};
  CO_TRY_ASSIGN(State answer, co_await run(std::move(lsub), wanted));
  const bool known = judge(std::move(answer)).has_value();
  refusal_.reset();
  std::vector<ListedMailbox> mailboxes = all.take();
  for (const ListedMailbox& subscribed : wanted.mailboxes) {
    const auto at = std::find_if(mailboxes.begin(), mailboxes.end(),
                                 [&](const ListedMailbox& mailbox) { return mailbox.name == subscribed.name; });
    if (at != mailboxes.end() && known) at->subscribed = true;
  }
  co_return std::move(mailboxes);
}

Task<Result<std::vector<ListedMailbox>>> ImapConnection::list(imap::StatusItems status) {
  std::vector<ListedMailbox> mailboxes;
  bool plain = !can_.list_extended;
  if (!plain) {
    auto found = co_await list_extended(status);
    if (found) {
      mailboxes = std::move(*found);
    } else {
      if (!usable() || found.error().code != Errc::Unsupported) co_return found;
      can_.list_extended = can_.list_status = false;  // advertised, and refused all the same
      plain = true;
    }
  }
  if (plain) {
    CO_TRY_ASSIGN(mailboxes, co_await list_plain());
  }
  const bool inbox = std::any_of(mailboxes.begin(), mailboxes.end(),
                                 [](const ListedMailbox& mailbox) { return mailbox.name.is_inbox(); });
  if (!inbox) {  // it always exists (RFC 3501 §5.1), some servers forget to list it
    ListedMailbox added{.name = *imap::make_mailbox_name("INBOX"), .status = std::nullopt};
    mailboxes.insert(mailboxes.begin(), std::move(added));
  }
  CO_TRY(co_await ask_statuses(mailboxes, status));
  // Asked for and never given, or garbage each time: not asked for again.
  const auto lacks_id = [](const ListedMailbox& one) { return !one.status || !one.status->mailbox_id; };
  if (std::all_of(mailboxes.begin(), mailboxes.end(), lacks_id)) can_.object_id = false;
  co_return std::move(mailboxes);
}

Task<Result<>> ImapConnection::ask_statuses(std::vector<ListedMailbox>& mailboxes, imap::StatusItems items) {
  if (items.empty()) co_return Result<>();
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    if (mailboxes[i].status || !mailboxes[i].selectable) continue;
    const MailboxName name = mailboxes[i].name;
    auto found = co_await status(name, items);
    if (found) {
      mailboxes[i].status = std::move(*found);
    } else if (!usable()) {
      co_return tl::unexpected(std::move(found).error());
    }
  }
  refusal_.reset();
  co_return Result<>();
}

Task<Result<response::Status>> ImapConnection::status(const MailboxName& mailbox, imap::StatusItems items) {
  ListExchange exchange;
  command::Status status{mailbox, items};
  CO_TRY_ASSIGN(State state, co_await run(std::move(status), exchange));
  CO_TRY(judge(std::move(state)));
  const auto found = exchange.statuses.find(mailbox.utf8());
  if (found == exchange.statuses.end()) co_return fail(Errc::Io, host_ + " answers STATUS with nothing");
  co_return std::move(found->second);
}

Task<Result<Selected>> ImapConnection::select(const MailboxName& mailbox, Access access) {
  command::Select select{.examine = access == Access::ReadOnly, .mailbox = mailbox, .qresync = std::nullopt};
  select.condstore = can_.condstore && !condstore_on_;
  Selected fresh{.name = mailbox, .read_only = access == Access::ReadOnly};
  selected_ = std::move(fresh);
  Exchange exchange;
  auto state = co_await run(std::move(select), exchange);
  if (!state) co_return tl::unexpected(std::move(state).error());
  auto opened = judge(std::move(*state));
  if (!opened) {  // also the one before is not selected any more
    selected_.reset();
    co_return tl::unexpected(std::move(opened).error());
  }
  selected_->changes = 0;
  co_return *selected_;
}

Task<Result<>> ImapConnection::unselect() {
  if (!selected_ || !can_.unselect) co_return Result<>();
  selected_.reset();
  const command::Unselect leave;
  co_return co_await simple(leave);
}

Task<Result<>> ImapConnection::create(const MailboxName& mailbox, imap::MailboxAttributes special_use) {
  command::Create create{mailbox, {}};
  if (can_.create_special_use) create.use = special_use;
  co_return co_await simple(std::move(create));
}

Task<Result<>> ImapConnection::remove(const MailboxName& mailbox) {
  if (selected_ && selected_->name == mailbox) CO_TRY(co_await unselect());
  command::Delete remove{mailbox};
  co_return co_await simple(std::move(remove));
}

Task<Result<>> ImapConnection::rename(const MailboxName& from, const MailboxName& to) {
  command::Rename rename{from, to};
  co_return co_await simple(std::move(rename));
}

Task<Result<>> ImapConnection::subscribe(const MailboxName& mailbox, bool wanted) {
  command::Subscribe on{mailbox};
  command::Unsubscribe off{mailbox};
  command::Any subscribe = std::move(on);
  if (!wanted) subscribe = std::move(off);
  co_return co_await simple(std::move(subscribe));
}

Task<Result<>> ImapConnection::noop() {
  const command::Noop nothing;
  co_return co_await simple(nothing);
}

}  // namespace proxy::gateway::connector
