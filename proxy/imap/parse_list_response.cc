// LIST, LSUB, STATUS, NAMESPACE.
#include "proxy/imap/command_parser.h"
#include "proxy/imap/response_parser.h"

namespace proxy::imap::parse {
namespace {

// DQUOTE QUOTED-CHAR DQUOTE / nil.   Quirk EmptyDelimiter: "" is NIL
Result<std::optional<char>> delimiter(Scanner& in) {
  TRY_ASSIGN(const std::optional<std::string> text, in.nstring("a delimiter"));
  if (!text || text->empty()) return std::optional<char>();
  if (text->size() > 1) return in.expected("a delimiter of one character");
  return std::optional<char>(text->front());
}

// "(" [flag *(SP flag)] ")"; what we do not know is left out
Result<MailboxAttributes> attributes(Scanner& in) {
  MailboxAttributes out;
  TRY(in.open_list("a list of attributes"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    const std::string_view text = in.token();
    if (text.empty()) return in.expected("an attribute");
    if (const auto known = parse_attribute(text)) out.add(*known);
  }
  TRY(in.close_list());
  return out;
}

Result<> child_info(Scanner& in, response::List& out) {
  TRY(in.open_list("a list of selection options"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    TRY_ASSIGN(const std::string option, in.astring("a selection option"));
    if (equal_no_case(option, "SUBSCRIBED")) out.child_subscribed = true;
  }
  return in.close_list();
}

// "(" [mbox-list-extended-item *(SP ...)] ")"                                                     RFC 5258 §6
Result<> extended_items(Scanner& in, response::List& out) {
  TRY(in.open_list("a list of extended items"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    TRY_ASSIGN(const std::string name, in.astring("an extended item"));
    TRY(in.space());
    if (equal_no_case(name, "CHILDINFO")) {
      TRY(child_info(in, out));
    } else if (equal_no_case(name, "OLDNAME")) {
      TRY(in.open_list("an old name"));
      TRY_ASSIGN(out.old_name, mailbox(in));
      TRY(in.close_list());
    } else {
      TRY(in.skip_value());
    }
  }
  return in.close_list();
}

Result<> status_item(Scanner& in, response::Status& out) {
  const std::string_view name = in.word();
  const auto item = parse_status_item(name);
  if (name.empty()) return in.expected("a STATUS item");
  TRY(in.space());
  if (!item) {
    TRY(in.skip_value());
    return {};
  }
  if (*item == StatusItem::MailboxId) {
    TRY_ASSIGN(out.mailbox_id, in.object_id("a mailbox id"));
    return {};
  }
  TRY_ASSIGN(const std::uint64_t value, in.number64("a number"));
  if (*item == StatusItem::HighestModSeq) {
    out.highest_mod_seq = ModSeq{value};
    return {};
  }
  if (*item == StatusItem::Size) {
    out.size = value;
    return {};
  }
  if (value > UINT32_MAX) return in.expected("a number of 32 bits");
  const auto small = static_cast<std::uint32_t>(value);
  if (*item == StatusItem::Messages) out.messages = small;
  if (*item == StatusItem::Recent) out.recent = small;
  if (*item == StatusItem::Unseen) out.unseen = small;
  if (*item == StatusItem::Deleted) out.deleted = small;
  if (*item == StatusItem::UidNext) out.uid_next = Uid{small};
  if (*item == StatusItem::UidValidity) out.uid_validity = UidValidity{small};
  return {};
}

Result<std::string> prefix(Scanner& in) {
  TRY_ASSIGN(std::string wire, in.string("a namespace's prefix"));
  Result<std::string> utf8 = decode_modified_utf7(wire);
  return utf8 ? std::move(*utf8) : wire;  // Quirk PlainAmpersand
}

// namespace = nil / "(" 1*("(" string SP (DQUOTE char DQUOTE / nil) *ext ")") ")"                  RFC 2342
Result<std::vector<response::NamespaceEntry>> entries(Scanner& in) {
  std::vector<response::NamespaceEntry> out;
  if (in.eat_word("NIL")) return out;
  TRY(in.open_list("NIL or a list of namespaces"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    if (out.size() >= kMaxNames) return fail(Errc::Limit, "too many namespaces");
    response::NamespaceEntry entry;
    TRY(in.open_list("a namespace"));
    TRY_ASSIGN(entry.prefix, prefix(in));
    TRY(in.space());
    TRY_ASSIGN(entry.delimiter, delimiter(in));
    while (in.eat(' ')) TRY(in.skip_value());
    TRY(in.close_list());
    out.push_back(std::move(entry));
  }
  TRY(in.close_list());
  return out;
}

}  // namespace

// mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE char DQUOTE / nil) SP mailbox [SP mbox-list-extended]
Result<Response> list_response(Scanner& in, bool lsub) {
  TRY(in.space());
  TRY_ASSIGN(const MailboxAttributes found, attributes(in));
  TRY(in.space());
  TRY_ASSIGN(const std::optional<char> separator, delimiter(in));
  TRY(in.space());
  TRY_ASSIGN(const std::string wire, in.astring("a mailbox name"));
  if (wire.empty()) return Response(response::RootList{separator, {}});
  TRY_ASSIGN(MailboxName name, parse_server_mailbox_name(wire));
  response::List out{lsub, found, separator, std::move(name), false, std::nullopt};
  while (in.eat(' ')) {
  }
  if (in.peek() == '(') TRY(extended_items(in, out));
  return Response(std::move(out));
}

// "STATUS" SP mailbox SP "(" [status-att-list] ")"
Result<Response> status_response(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(MailboxName name, mailbox(in));
  response::Status out{std::move(name), {}, {}, {}, {}, {}, {}, {}, {}, {}};
  TRY(in.space());
  TRY(in.open_list("a list of STATUS items"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    TRY(status_item(in, out));
  }
  TRY(in.close_list());
  return Response(std::move(out));
}

Result<Response> namespace_response(Scanner& in) {
  response::Namespace out;
  TRY(in.space());
  TRY_ASSIGN(out.personal, entries(in));
  TRY(in.space());
  TRY_ASSIGN(out.other_users, entries(in));
  TRY(in.space());
  TRY_ASSIGN(out.shared, entries(in));
  return Response(std::move(out));
}

}  // namespace proxy::imap::parse
