// Commands that name a mailbox.
#include "proxy/imap/command_parser.h"

namespace proxy::imap::parse {
namespace {

// qresync = "QRESYNC" SP "(" uidvalidity SP mod-sequence [SP known-uids] [SP "(" seqs SP uids ")"] ")"   RFC 7162 §7
Result<command::QResync> qresync(Scanner& in) {
  command::QResync out;
  TRY(in.space());
  TRY(in.open_list("the parameters of QRESYNC"));
  TRY_ASSIGN(const std::uint32_t validity, in.nz_number("a UIDVALIDITY"));
  out.uid_validity = UidValidity{validity};
  TRY(in.space());
  TRY_ASSIGN(out.mod_seq, in.mod_seq());
  bool more = in.eat(' ');
  if (more && in.peek() != '(') {
    TRY_ASSIGN(out.known_uids, in.sequence_set());
    if (out.known_uids->is_open()) return in.expected("known UIDs without \"*\"");
    more = in.eat(' ');
  }
  if (more) {
    TRY(in.open_list("the known sequence numbers and UIDs"));
    TRY_ASSIGN(SequenceSet numbers, in.sequence_set());
    TRY(in.space());
    TRY_ASSIGN(SequenceSet uids, in.sequence_set());
    if (numbers.is_open() || uids.is_open()) return in.expected("known numbers without \"*\"");
    TRY(in.close_list());
    out.known_pairs.emplace(std::move(numbers), std::move(uids));
  }
  TRY(in.close_list());
  return out;
}

// select = "SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"]
Result<command::Any> select_or_examine(Scanner& in, bool read_only) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  command::Select command{read_only, std::move(name), false, std::nullopt};
  if (!in.eat(' ')) return command::Any(std::move(command));
  TRY(in.open_list("a list of parameters"));
  do {
    if (in.eat_word("CONDSTORE")) {
      command.condstore = true;
    } else if (in.eat_word("QRESYNC")) {
      TRY_ASSIGN(command.qresync, qresync(in));
    } else {
      return in.expected("CONDSTORE or QRESYNC");
    }
  } while (in.eat(' '));
  TRY(in.close_list());
  return command::Any(std::move(command));
}

template <class Body>
Result<command::Any> one_mailbox(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  return command::Any(Body{std::move(name)});
}

Result<> no_recent(const FlagSet& flags) {
  if (flags.has(SystemFlag::Recent)) return fail(Errc::Protocol, "\\Recent cannot be set");
  return {};
}

}  // namespace

Result<MailboxName> mailbox(Scanner& in) {
  TRY_ASSIGN(const std::string wire, in.astring("a mailbox name"));
  return in.rules().server ? parse_server_mailbox_name(wire) : parse_mailbox_name(wire);
}

// "(" status-att *(SP status-att) ")"
Result<StatusItems> status_items(Scanner& in) {
  StatusItems items;
  TRY(in.open_list("a list of STATUS items"));
  do {
    const std::optional<StatusItem> item = parse_status_item(in.word());
    if (!item) return in.expected("a STATUS item");
    items.add(*item);
  } while (in.eat(' '));
  TRY(in.close_list());
  return items;
}

Result<command::Any> select(Scanner& in) {
  return select_or_examine(in, false);
}

Result<command::Any> examine(Scanner& in) {
  return select_or_examine(in, true);
}

// create = "CREATE" SP mailbox [SP "(" "USE" SP "(" use-attr *(SP use-attr) ")" ")"]              RFC 6154 §6
Result<command::Any> create(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  command::Create command{std::move(name), {}};
  if (!in.eat(' ')) return command::Any(std::move(command));
  TRY(in.open_list("a list of parameters"));
  if (!in.eat_word("USE")) return in.expected("USE");
  TRY(in.space());
  TRY(in.open_list("a list of special uses"));
  do {
    const std::optional<MailboxAttribute> use = parse_attribute(in.token());
    if (!use || !is_special_use(*use)) return in.expected("a special use such as \\Sent");
    command.use.add(*use);
  } while (in.eat(' '));
  TRY(in.close_list());
  TRY(in.close_list());
  return command::Any(std::move(command));
}

Result<command::Any> remove(Scanner& in) {
  return one_mailbox<command::Delete>(in);
}

// rename = "RENAME" SP mailbox SP mailbox
Result<command::Any> rename(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName from, mailbox(in));
  TRY(in.space());
  TRY_ASSIGN(MailboxName to, mailbox(in));
  return command::Any(command::Rename{std::move(from), std::move(to)});
}

Result<command::Any> subscribe(Scanner& in) {
  return one_mailbox<command::Subscribe>(in);
}

Result<command::Any> unsubscribe(Scanner& in) {
  return one_mailbox<command::Unsubscribe>(in);
}

// status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"
Result<command::Any> status(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  TRY(in.space());
  TRY_ASSIGN(const StatusItems items, status_items(in));
  return command::Any(command::Status{std::move(name), items});
}

// append = "APPEND" SP mailbox [SP flag-list] [SP date-time] SP literal; the literal's octets are not here
Result<command::Any> append(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  command::Append command{std::move(name), {}, std::nullopt, 0, true};
  TRY(in.space());
  if (in.peek() == '(') {
    TRY_ASSIGN(command.flags, in.flag_list());
    TRY(no_recent(command.flags));
    TRY(in.space());
  }
  if (in.peek() == '"') {
    TRY_ASSIGN(const std::string text, in.string("a date-time"));
    TRY_ASSIGN(command.date, parse_date_time(text));
    TRY(in.space());
  }
  if (in.peek() != '{') return in.expected("the message as a literal");
  const std::optional<LiteralMark> mark = literal_at_end(in.token());
  if (!mark || mark->at != 0) return in.expected("the message as a literal");
  command.size = mark->size;
  command.synchronizing = !mark->non_sync;
  return command::Any(std::move(command));
}

}  // namespace proxy::imap::parse
