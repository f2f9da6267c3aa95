// STORE, COPY, MOVE, EXPUNGE.
#include "proxy/imap/command_parser.h"

namespace proxy::imap::parse {
namespace {

// store-att-flags' flags: flag-list / flag *(SP flag)
Result<FlagSet> store_flags(Scanner& in) {
  if (in.peek() == '(') return in.flag_list();
  FlagSet flags;
  do {
    const std::string_view text = in.token();
    if (text.empty()) return in.expected("a flag");
    TRY_ASSIGN(const Flag flag, make_flag(text));
    TRY(flags.add(flag));
  } while (in.eat(' '));
  return flags;
}

// "(" "UNCHANGEDSINCE" SP mod-sequence ")" SP
Result<> store_modifiers(Scanner& in, command::Store& store) {
  if (in.peek() != '(') return {};
  TRY(in.open_list("modifiers"));
  if (!in.eat_word("UNCHANGEDSINCE")) return in.expected("UNCHANGEDSINCE");
  TRY(in.space());
  TRY_ASSIGN(store.unchanged_since, in.mod_seq());
  TRY(in.close_list());
  return in.space();
}

template <class Body>
Result<command::Any> to_mailbox(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(SequenceSet set, in.sequence_set());
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  return command::Any(Body{false, std::move(set), std::move(name)});
}

}  // namespace

// store = "STORE" SP sequence-set [SP store-modifiers] SP ["+" / "-"] "FLAGS" [".SILENT"] SP flags
Result<command::Any> store(Scanner& in) {
  command::Store command;
  TRY(in.space());
  TRY_ASSIGN(command.set, in.sequence_set());
  TRY(in.space());
  TRY(store_modifiers(in, command));
  if (in.eat('+')) {
    command.mode = command::StoreMode::Add;
  } else if (in.eat('-')) {
    command.mode = command::StoreMode::Remove;
  }
  if (in.eat_word("FLAGS.SILENT")) {
    command.silent = true;
  } else if (!in.eat_word("FLAGS")) {
    return in.expected("FLAGS, +FLAGS or -FLAGS");
  }
  TRY(in.space());
  TRY_ASSIGN(command.flags, store_flags(in));
  if (command.flags.has(SystemFlag::Recent)) return fail(Errc::Protocol, "\\Recent cannot be set");
  return command::Any(std::move(command));
}

// copy = "COPY" SP sequence-set SP mailbox
Result<command::Any> copy(Scanner& in) {
  return to_mailbox<command::Copy>(in);
}

// move = "MOVE" SP sequence-set SP mailbox                                                        RFC 6851
Result<command::Any> move(Scanner& in) {
  return to_mailbox<command::Move>(in);
}

Result<command::Any> expunge(Scanner&) {
  return command::Any(command::Expunge());
}

// uid-expunge = "UID" SP "EXPUNGE" SP sequence-set                                                RFC 4315
Result<command::Any> uid_expunge(Scanner& in) {
  command::Expunge command;
  TRY(in.space());
  TRY_ASSIGN(command.uids, in.sequence_set());
  return command::Any(std::move(command));
}

}  // namespace proxy::imap::parse
