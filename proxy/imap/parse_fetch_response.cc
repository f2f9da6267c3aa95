// msg-att: the items of a FETCH response.                                        Source: RFC 9051 §7.5.2
#include "proxy/imap/command_parser.h"
#include "proxy/imap/response_parser.h"

namespace proxy::imap::parse {
namespace {

// "(" mod-sequence ")".   Quirk BareModSeq: without the parentheses
Result<ModSeq> mod_seq(Scanner& in) {
  const bool list = in.eat('(');
  TRY_ASSIGN(const ModSeq value, in.mod_seq());
  if (list) TRY(in.expect(')', "\")\""));
  return value;
}

// "(" objectid ")" / nil                                                                          RFC 8474
Result<std::optional<std::string>> object_id(Scanner& in) {
  if (in.eat_word("NIL")) return std::optional<std::string>();
  return in.object_id("an object id");
}

// X-GM-LABELS: "(" *(astring / "\" atom) ")"
Result<std::vector<std::string>> labels(Scanner& in) {
  std::vector<std::string> out;
  TRY(in.open_list("a list of labels"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    if (out.size() >= kMaxNames) return fail(Errc::Limit, "too many labels");
    if (in.peek() == '"' || in.peek() == '{') {
      TRY_ASSIGN(std::string label, in.string("a label"));
      out.push_back(std::move(label));
      continue;
    }
    const std::string_view label = in.token();
    if (label.empty()) return in.expected("a label");
    out.emplace_back(label);
  }
  TRY(in.close_list());
  return out;
}

bool only_a_mark(std::string_view rest) {
  if (!rest.ends_with('\n')) return false;
  rest.remove_suffix(rest.ends_with("\r\n") ? 2 : 1);
  const auto mark = literal_at_end(rest);
  return mark && mark->at == 0;
}

// ["<" number ">"] SP nstring.   True: the place was found, parsing ends here
Result<bool> body(Scanner& in, response::Fetch& out, Section section, std::optional<BodyPlace>* place) {
  response::FetchedBody found;
  found.section = std::move(section);
  if (in.eat('<')) {
    TRY_ASSIGN(found.origin, in.number("the first octet"));
    TRY(in.expect('>', "\">\""));
  }
  TRY(in.space());
  if (place != nullptr && only_a_mark(in.rest())) {
    place->emplace(BodyPlace{out.number, out.uid, std::move(found.section), found.origin});
    return true;
  }
  found.streamed = in.at_streamed_literal();
  if (!found.streamed) {
    TRY_ASSIGN(found.content, in.nstring("a body"));
  }
  if (out.bodies.size() >= kMaxFetchItems) return fail(Errc::Limit, "too many bodies");
  out.bodies.push_back(std::move(found));
  return false;
}

Result<> raw(Scanner& in, std::optional<std::string>& out) {
  TRY_ASSIGN(const std::string_view text, in.skip_value());
  out = text;
  return {};
}

// Quirk OddInternalDate: a date that is none is left out.
Result<> internal_date(Scanner& in, response::Fetch& out) {
  TRY_ASSIGN(const std::optional<std::string> text, in.nstring("a date-time"));
  if (!text) return {};
  if (const Result<DateTime> date = parse_date_time(*text)) out.internal_date = *date;
  return {};
}

// An item we do not know: NAME["[" ... "]"]["<" number ">"] SP value
Result<> unknown(Scanner& in) {
  while (!in.at_end() && in.peek() != ' ') in.eat(in.peek());
  TRY(in.space());
  TRY(in.skip_value());
  return {};
}

Result<> plain_item(Scanner& in, response::Fetch& out, std::string_view name) {
  const auto is = [&](std::string_view text) { return equal_no_case(name, text); };
  if (is("UID")) {
    TRY_ASSIGN(const std::uint32_t uid, in.nz_number("a UID"));
    out.uid = Uid{uid};
  } else if (is("FLAGS")) {
    TRY_ASSIGN(out.flags, in.flag_list());
  } else if (is("MODSEQ")) {
    TRY_ASSIGN(out.mod_seq, mod_seq(in));
  } else if (is("RFC822.SIZE")) {
    TRY_ASSIGN(out.size, in.number64("a size"));
  } else if (is("INTERNALDATE")) {
    TRY(internal_date(in, out));
  } else if (is("ENVELOPE")) {
    TRY(raw(in, out.envelope));
  } else if (is("BODYSTRUCTURE") || is("BODY")) {
    out.has_extensions = is("BODYSTRUCTURE");
    TRY(raw(in, out.body_structure));
  } else if (is("EMAILID")) {
    TRY_ASSIGN(out.email_id, object_id(in));
  } else if (is("THREADID")) {
    TRY_ASSIGN(out.thread_id, object_id(in));
  } else if (is("X-GM-MSGID")) {
    TRY_ASSIGN(out.gmail_message_id, in.number64("a message id"));
  } else if (is("X-GM-THRID")) {
    TRY_ASSIGN(out.gmail_thread_id, in.number64("a thread id"));
  } else if (is("X-GM-LABELS")) {
    TRY_ASSIGN(out.gmail_labels, labels(in));
  } else {
    TRY(in.skip_value());
  }
  return {};
}

std::optional<Section> rfc822_section(std::string_view name) {
  if (equal_no_case(name, "RFC822")) return Section{{}, SectionText::All, {}};
  if (equal_no_case(name, "RFC822.HEADER")) return Section{{}, SectionText::Header, {}};
  if (equal_no_case(name, "RFC822.TEXT")) return Section{{}, SectionText::Text, {}};
  return std::nullopt;
}

Result<bool> item(Scanner& in, response::Fetch& out, std::optional<BodyPlace>* place) {
  const std::string_view name = in.word();
  if (name.empty()) return in.expected("an item");
  if (in.peek() == '[' && equal_no_case(name, "BODY")) {
    TRY_ASSIGN(Section named, section(in));
    return body(in, out, std::move(named), place);
  }
  if (std::optional<Section> named = rfc822_section(name)) return body(in, out, std::move(*named), place);
  if (in.peek() == '[') {
    TRY(unknown(in));
    return false;
  }
  TRY(in.space());
  TRY(plain_item(in, out, name));
  return false;
}

}  // namespace

// "(" msg-att-item *(SP msg-att-item) ")".   Quirks SpacesInList, NoSpaceAfterLiteral, NestedItem
Result<> fetch_items(Scanner& in, response::Fetch& out, std::optional<BodyPlace>* place) {
  TRY(in.open_list("a list of items"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    const bool nested = in.eat('(');
    TRY_ASSIGN(const bool placed, item(in, out, place));
    if (placed) return {};
    if (nested) TRY(in.expect(')', "\")\""));
  }
  return in.close_list();
}

}  // namespace proxy::imap::parse
