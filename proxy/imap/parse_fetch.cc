// FETCH, and sections, which its responses name too.
#include <array>
#include <utility>

#include "proxy/imap/command_parser.h"

namespace proxy::imap::parse {
namespace {

constexpr std::array<std::pair<std::string_view, FetchWhat>, 15> kPlainItems{{
    {"UID", FetchWhat::Uid},
    {"FLAGS", FetchWhat::Flags},
    {"INTERNALDATE", FetchWhat::InternalDate},
    {"RFC822.SIZE", FetchWhat::Size},
    {"ENVELOPE", FetchWhat::Envelope},
    {"BODYSTRUCTURE", FetchWhat::BodyStructure},
    {"MODSEQ", FetchWhat::ModSeq},
    {"RFC822", FetchWhat::Rfc822},
    {"RFC822.HEADER", FetchWhat::Rfc822Header},
    {"RFC822.TEXT", FetchWhat::Rfc822Text},
    {"EMAILID", FetchWhat::EmailId},
    {"THREADID", FetchWhat::ThreadId},
    {"X-GM-MSGID", FetchWhat::GmailMessageId},
    {"X-GM-THRID", FetchWhat::GmailThreadId},
    {"X-GM-LABELS", FetchWhat::GmailLabels},
}};

void add_macro(std::vector<FetchItem>& items, std::initializer_list<FetchWhat> whats) {
  for (const FetchWhat what : whats) items.push_back({.what = what, .peek = false, .section = {}, .partial = {}});
}

// ALL / FULL / FAST: only in place of the whole list
bool take_macro(Scanner& in, std::vector<FetchItem>& items) {
  using enum FetchWhat;
  if (in.eat_word("FAST")) {
    add_macro(items, {Flags, InternalDate, Size});
  } else if (in.eat_word("ALL")) {
    add_macro(items, {Flags, InternalDate, Size, Envelope});
  } else if (in.eat_word("FULL")) {
    add_macro(items, {Flags, InternalDate, Size, Envelope, Body});
  } else {
    return false;
  }
  return true;
}

// partial = "<" number64 "." nz-number64 ">"
Result<std::optional<Partial>> partial(Scanner& in) {
  if (!in.eat('<')) return std::optional<Partial>();
  Partial out;
  TRY_ASSIGN(out.origin, in.number64("the first octet"));
  TRY(in.expect('.', "\".\""));
  TRY_ASSIGN(out.length, in.number64("a number of octets"));
  if (out.length == 0) return in.expected("a number of octets above 0");
  TRY(in.expect('>', "\">\""));
  return std::optional<Partial>(out);
}

// fetch-att
Result<FetchItem> fetch_item(Scanner& in) {
  FetchItem item;
  const std::size_t from = in.position();
  const std::string_view name = in.word();
  item.peek = equal_no_case(name, "BODY.PEEK");
  if (item.peek || equal_no_case(name, "BODY")) {
    item.what = FetchWhat::Body;
    if (in.peek() != '[') {
      if (item.peek) return in.expected("\"[\" after BODY.PEEK");
      return item;
    }
    item.what = FetchWhat::Section;
    TRY_ASSIGN(item.section, section(in));
    TRY_ASSIGN(item.partial, partial(in));
    return item;
  }
  for (const auto& [text, what] : kPlainItems) {
    if (!equal_no_case(name, text)) continue;
    item.what = what;
    return item;
  }
  return fail(Errc::Protocol, "unknown item at octet " + std::to_string(from + 1));
}

Result<> fetch_items(Scanner& in, std::vector<FetchItem>& items) {
  if (take_macro(in, items)) return {};
  if (in.peek() != '(') {
    TRY_ASSIGN(FetchItem item, fetch_item(in));
    items.push_back(std::move(item));
    return {};
  }
  TRY(in.open_list("a list of items"));
  do {
    if (items.size() >= kMaxFetchItems) return fail(Errc::Limit, "too many items");
    TRY_ASSIGN(FetchItem item, fetch_item(in));
    items.push_back(std::move(item));
  } while (in.eat(' '));
  return in.close_list();
}

// fetch-modifiers = SP "(" ("CHANGEDSINCE" SP mod-sequence / "VANISHED") *(SP ...) ")"            RFC 7162 §7
Result<> fetch_modifiers(Scanner& in, command::Fetch& fetch) {
  if (!in.eat(' ')) return {};
  TRY(in.open_list("a list of modifiers"));
  do {
    if (in.eat_word("CHANGEDSINCE")) {
      TRY(in.space());
      TRY_ASSIGN(fetch.changed_since, in.mod_seq());
    } else if (in.eat_word("VANISHED")) {
      fetch.vanished = true;
    } else {
      return in.expected("CHANGEDSINCE or VANISHED");
    }
  } while (in.eat(' '));
  if (fetch.vanished && !fetch.changed_since) return fail(Errc::Protocol, "VANISHED needs CHANGEDSINCE beside it");
  return in.close_list();
}

// header-list = "(" astring *(SP astring) ")"
Result<> header_fields(Scanner& in, Section& out) {
  TRY(in.space());
  TRY(in.open_list("a list of header fields"));
  do {
    if (out.fields.size() >= kMaxHeaderFields) return fail(Errc::Limit, "too many header fields");
    TRY_ASSIGN(const std::string name, in.astring("a header field"));
    for (char c : name) {
      if (c <= ' ' || c >= 0x7f || c == ':') return in.expected("a header field's name");
    }
    if (name.empty()) return in.expected("a header field's name");
    out.fields.push_back(upper(name));
  } while (in.eat(' '));
  return in.close_list();
}

// section-msgtext / "MIME"
Result<> section_text(Scanner& in, Section& out) {
  if (in.eat_word("HEADER.FIELDS.NOT")) {
    out.text = SectionText::HeaderFieldsNot;
    return header_fields(in, out);
  }
  if (in.eat_word("HEADER.FIELDS")) {
    out.text = SectionText::HeaderFields;
    return header_fields(in, out);
  }
  if (in.eat_word("HEADER")) {
    out.text = SectionText::Header;
  } else if (in.eat_word("TEXT")) {
    out.text = SectionText::Text;
  } else if (!out.part.empty() && in.eat_word("MIME")) {
    out.text = SectionText::Mime;
  } else {
    return in.expected("HEADER, TEXT, MIME or a part's number");
  }
  return {};
}

}  // namespace

// section = "[" [section-msgtext / (section-part ["." section-text])] "]"
Result<Section> section(Scanner& in) {
  Section out;
  TRY(in.expect('[', "\"[\""));
  if (in.eat(']')) return out;
  bool after_dot = false;
  while (in.peek() >= '0' && in.peek() <= '9') {
    if (out.part.size() >= kMaxPartDepth) return fail(Errc::Limit, "a part nested too deeply");
    TRY_ASSIGN(const std::uint32_t part, in.nz_number("a part's number"));
    out.part.push_back(part);
    after_dot = in.eat('.');
    if (!after_dot) break;
  }
  if (out.part.empty() || after_dot) TRY(section_text(in, out));
  TRY(in.expect(']', "\"]\""));
  return out;
}

// fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")
Result<command::Any> fetch(Scanner& in) {
  command::Fetch command;
  TRY(in.space());
  TRY_ASSIGN(command.set, in.sequence_set());
  TRY(in.space());
  TRY(fetch_items(in, command.items));
  TRY(fetch_modifiers(in, command));
  return command::Any(std::move(command));
}

}  // namespace proxy::imap::parse
