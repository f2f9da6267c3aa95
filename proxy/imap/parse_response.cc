// response = continue-req / response-data / response-tagged
#include <algorithm>

#include "proxy/imap/response_parser.h"

namespace proxy::imap {
namespace {

std::optional<response::Condition> parse_condition(std::string_view word) {
  if (equal_no_case(word, "OK")) return response::Condition::Ok;
  if (equal_no_case(word, "NO")) return response::Condition::No;
  if (equal_no_case(word, "BAD")) return response::Condition::Bad;
  if (equal_no_case(word, "BYE")) return response::Condition::Bye;
  if (equal_no_case(word, "PREAUTH")) return response::Condition::PreAuth;
  return std::nullopt;
}

// Where the "]" of a code stands, in text that begins with "["; npos: nowhere. A "]" within quotes does not count.
std::size_t end_of_code(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ']' && !quoted) {
      return i;
    }
  }
  return std::string_view::npos;
}

// resp-text = ["[" resp-text-code "]" SP] text.   Quirks NoText, OddCode: a code that we cannot read is no reason to
// lose the rest
response::State parse_state(std::string_view rest, response::Condition condition) {
  response::State out;
  out.condition = condition;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  const std::size_t end = rest.starts_with('[') ? end_of_code(rest) : std::string_view::npos;
  if (end != std::string_view::npos) {
    const std::string_view inside = rest.substr(1, end - 1);
    Result<Code> code = parse::response_code(inside);
    if (code) {
      out.code = std::move(*code);
    } else {
      out.code = code::Other{upper(inside.substr(0, std::min(inside.find(' '), kMaxTag)))};
    }
    rest.remove_prefix(end + 1);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  out.text = make_text(rest);
  return out;
}

Result<Response> id_response(Scanner& in) {
  response::Id out;
  TRY(in.space());
  if (in.eat_word("NIL")) return Response(std::move(out));
  TRY(in.open_list("a list of fields"));
  while (in.peek() != ')') {
    if (in.eat(' ')) continue;
    if (out.fields.size() >= kMaxIdFields) return fail(Errc::Limit, "ID: too many fields");
    IdField field;
    TRY_ASSIGN(field.name, in.string("a field's name"));
    TRY(in.space());
    TRY_ASSIGN(field.value, in.nstring("a field's value"));
    out.fields.push_back(std::move(field));
  }
  TRY(in.close_list());
  return Response(std::move(out));
}

Result<Response> flags_response(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(FlagSet flags, in.flag_list());
  return Response(response::Flags{std::move(flags)});
}

// "*" SP number SP ("EXISTS" / "RECENT" / "EXPUNGE" / "FETCH" SP msg-att)
Result<Response> numbered(Scanner& in) {
  TRY_ASSIGN(const std::uint32_t number, in.number("a number"));
  TRY(in.space());
  const std::string_view name = in.word();
  if (equal_no_case(name, "EXISTS")) return Response(response::Exists{number});
  if (equal_no_case(name, "RECENT")) return Response(response::Recent{number});
  if (equal_no_case(name, "EXPUNGE")) {
    if (number == 0) return in.expected("a message number above 0");
    return Response(response::Expunge{SeqNumber{number}});
  }
  if (equal_no_case(name, "FETCH")) {
    if (number == 0) return in.expected("a message number above 0");
    response::Fetch out;
    out.number = SeqNumber{number};
    TRY(in.space());
    TRY(parse::fetch_items(in, out, nullptr));
    return Response(std::move(out));
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return in.expected("EXISTS, RECENT, EXPUNGE or FETCH");
  return Response(response::Unknown{upper(name)});
}

Result<Response> named(Scanner& in, std::string_view name) {
  const auto is = [&](std::string_view text) { return equal_no_case(name, text); };
  if (is("LIST") || is("XLIST")) return parse::list_response(in, false);
  if (is("LSUB")) return parse::list_response(in, true);
  if (is("STATUS")) return parse::status_response(in);
  if (is("SEARCH")) return parse::search_response(in);
  if (is("ESEARCH")) return parse::esearch_response(in);
  if (is("VANISHED")) return parse::vanished_response(in);
  if (is("FLAGS")) return flags_response(in);
  if (is("ID")) return id_response(in);
  if (is("NAMESPACE")) return parse::namespace_response(in);
  if (is("CAPABILITY")) return Response(response::Capability{parse::names(in.rest())});
  if (is("ENABLED")) return Response(response::Enabled{parse::names(in.rest())});
  return Response(response::Unknown{upper(name)});
}

// Nothing but spaces may be left after what was understood whole.   Quirk TrailingSpace
bool takes_the_rest(const Response& response) {
  return std::holds_alternative<response::Unknown>(response) ||
         std::holds_alternative<response::Capability>(response) || std::holds_alternative<response::Enabled>(response);
}

Result<Response> untagged(std::string_view bytes, const ScanRules& rules) {
  Scanner in(bytes, rules);
  TRY(in.expect('*', "\"*\""));
  TRY(in.space());
  if (in.peek() >= '0' && in.peek() <= '9') {
    TRY_ASSIGN(Response response, numbered(in));
    while (in.eat(' ')) {
    }
    if (!takes_the_rest(response)) TRY(in.end());
    return response;
  }
  const std::string_view name = in.word();
  if (name.empty()) return in.expected("a response");
  if (const auto condition = parse_condition(name)) return Response(parse_state(in.rest(), *condition));
  Result<Response> response = named(in, name);
  if (!response) return tl::unexpected(std::move(response).error().context(name));
  while (in.eat(' ')) {
  }
  if (!takes_the_rest(*response)) TRY(in.end().context(name));
  return response;
}

// response-tagged = tag SP resp-cond-state
Result<Response> tagged(std::string_view bytes) {
  const std::size_t space = bytes.find(' ');
  Result<Tag> tag = make_tag(bytes.substr(0, space));
  if (!tag || space == std::string_view::npos) return fail(Errc::Protocol, "expected a tag and OK, NO or BAD");
  const std::string_view rest = bytes.substr(space + 1);
  const std::string_view word = rest.substr(0, rest.find(' '));
  const auto condition = parse_condition(word);
  if (!condition || *condition > response::Condition::Bad) return fail(Errc::Protocol, "expected OK, NO or BAD");
  response::State state = parse_state(rest.substr(word.size()), *condition);
  state.tag = std::move(*tag);
  return Response(std::move(state));
}

ScanRules rules_of(const ResponseParse& parse) {
  ScanRules rules;
  rules.nesting = parse.nesting;
  rules.server = true;
  rules.streamed = parse.streamed;
  return rules;
}

}  // namespace

Result<Response> parse_response(std::string_view bytes, const ResponseParse& parse) {
  if (bytes.starts_with('+')) {  // continue-req = "+" SP (resp-text / base64).   Quirk BarePlus
    bytes.remove_prefix(bytes.starts_with("+ ") ? 2 : 1);
    return Response(response::Continue{std::string(bytes)});
  }
  if (bytes.starts_with('[')) return Response(parse_state(bytes, response::Condition::Ok));  // Quirk BareCode
  if (bytes.starts_with('*')) return untagged(bytes, rules_of(parse));
  return tagged(bytes);
}

std::optional<BodyPlace> parse_body_place(std::string_view bytes, const ResponseParse& parse) {
  Scanner in(bytes, rules_of(parse));
  response::Fetch fetch;
  std::optional<BodyPlace> place;
  if (!in.eat('*') || !in.eat(' ')) return std::nullopt;
  const Result<std::uint32_t> number = in.nz_number("a message number");
  if (!number || !in.eat(' ') || !in.eat_word("FETCH") || !in.eat(' ')) return std::nullopt;
  fetch.number = SeqNumber{*number};
  if (!parse::fetch_items(in, fetch, &place)) return std::nullopt;
  return place;
}

namespace parse {

std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < kMaxNames) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (make_atom(text.substr(0, space))) out.push_back(upper(text.substr(0, space)));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

}  // namespace parse
}  // namespace proxy::imap
