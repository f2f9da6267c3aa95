// LIST, LSUB.                                                                    Source: RFC 5258 §6, RFC 5819
#include "proxy/imap/command_parser.h"

namespace proxy::imap::parse {
namespace {

// "(" [list-select-opt *(SP list-select-opt)] ")"
Result<> select_options(Scanner& in, command::List& list) {
  TRY(in.open_list("a list of selection options"));
  for (bool first = true; in.peek() != ')'; first = false) {
    if (!first) TRY(in.space());
    if (in.eat_word("SUBSCRIBED")) {
      list.select_subscribed = true;
    } else if (in.eat_word("REMOTE")) {
      list.select_remote = true;
    } else if (in.eat_word("RECURSIVEMATCH")) {
      list.select_recursive = true;
    } else if (in.eat_word("SPECIAL-USE")) {
      list.select_special_use = true;
    } else {
      return in.expected("SUBSCRIBED, REMOTE, RECURSIVEMATCH or SPECIAL-USE");
    }
  }
  if (list.select_recursive && !list.select_subscribed && !list.select_special_use) {
    return fail(Errc::Protocol, "RECURSIVEMATCH needs SUBSCRIBED or SPECIAL-USE beside it");
  }
  return in.close_list();
}

// "RETURN" SP "(" [return-option *(SP return-option)] ")"
Result<> return_options(Scanner& in, command::List& list) {
  if (!in.eat_word("RETURN")) return in.expected("RETURN");
  TRY(in.space());
  TRY(in.open_list("a list of return options"));
  for (bool first = true; in.peek() != ')'; first = false) {
    if (!first) TRY(in.space());
    if (in.eat_word("SUBSCRIBED")) {
      list.return_subscribed = true;
    } else if (in.eat_word("CHILDREN")) {
      list.return_children = true;
    } else if (in.eat_word("SPECIAL-USE")) {
      list.return_special_use = true;
    } else if (in.eat_word("STATUS")) {
      TRY(in.space());
      TRY_ASSIGN(list.return_status, status_items(in));
    } else {
      return in.expected("SUBSCRIBED, CHILDREN, SPECIAL-USE or STATUS");
    }
  }
  return in.close_list();
}

// "(" list-mailbox *(SP list-mailbox) ")"
Result<> patterns(Scanner& in, command::List& list) {
  TRY(in.open_list("a list of patterns"));
  do {
    if (list.patterns.size() >= kMaxPatterns) return fail(Errc::Limit, "too many patterns");
    TRY_ASSIGN(std::string one, pattern(in));
    list.patterns.push_back(std::move(one));
  } while (in.eat(' '));
  return in.close_list();
}

Result<std::string> decode(std::string_view wire) {
  if (wire.size() > 3 * kMaxMailboxName) return fail(Errc::Limit, "mailbox name: too long");
  return decode_modified_utf7(wire);
}

// mailbox that may be empty
Result<std::string> reference(Scanner& in) {
  TRY_ASSIGN(const std::string wire, in.astring("a reference name"));
  return decode(wire);
}

}  // namespace

Result<std::string> pattern(Scanner& in) {
  TRY_ASSIGN(const std::string wire, in.list_mailbox());
  return decode(wire);
}

// list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]
Result<command::Any> list(Scanner& in) {
  command::List command;
  TRY(in.space());
  if (in.peek() == '(') {
    command.extended = true;
    TRY(select_options(in, command));
    TRY(in.space());
  }
  TRY_ASSIGN(command.reference, reference(in));
  TRY(in.space());
  if (in.peek() == '(') {
    command.extended = true;
    TRY(patterns(in, command));
  } else {
    TRY_ASSIGN(std::string one, pattern(in));
    command.patterns.push_back(std::move(one));
  }
  if (in.eat(' ')) {
    command.extended = true;
    TRY(return_options(in, command));
  }
  return command::Any(std::move(command));
}

// lsub = "LSUB" SP mailbox SP list-mailbox
Result<command::Any> lsub(Scanner& in) {
  command::Lsub command;
  TRY(in.space());
  TRY_ASSIGN(command.reference, reference(in));
  TRY(in.space());
  TRY_ASSIGN(command.pattern, pattern(in));
  return command::Any(std::move(command));
}

}  // namespace proxy::imap::parse
