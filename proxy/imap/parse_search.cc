// SEARCH and its keys.                                       Source: RFC 9051 §6.4.4, RFC 4731, RFC 7162 §3.1.5
#include <array>
#include <utility>

#include "proxy/imap/command_parser.h"

namespace proxy::imap::parse {
namespace {

struct Keys {
  std::size_t count = 0;
};

Result<SearchKey> key(Scanner& in, Keys& keys);

template <class Value>
SearchKey make(Value value) {
  return SearchKey{std::move(value)};
}

SearchKey flag(SystemFlag system, bool set) {
  return make(search::HasFlag{Flag(system), set});
}

struct FlagWord {
  std::string_view name;
  SystemFlag flag;
  bool set;
};
constexpr std::array<FlagWord, 12> kFlagWords{{
    {"SEEN", SystemFlag::Seen, true},
    {"UNSEEN", SystemFlag::Seen, false},
    {"ANSWERED", SystemFlag::Answered, true},
    {"UNANSWERED", SystemFlag::Answered, false},
    {"FLAGGED", SystemFlag::Flagged, true},
    {"UNFLAGGED", SystemFlag::Flagged, false},
    {"DELETED", SystemFlag::Deleted, true},
    {"UNDELETED", SystemFlag::Deleted, false},
    {"DRAFT", SystemFlag::Draft, true},
    {"UNDRAFT", SystemFlag::Draft, false},
    {"RECENT", SystemFlag::Recent, true},
    {"OLD", SystemFlag::Recent, false},
}};
constexpr std::array<std::pair<std::string_view, search::Field>, 8> kFields{{
    {"BCC", search::Field::Bcc},
    {"BODY", search::Field::Body},
    {"CC", search::Field::Cc},
    {"FROM", search::Field::From},
    {"SUBJECT", search::Field::Subject},
    {"TEXT", search::Field::Text},
    {"TO", search::Field::To},
    {"HEADER", search::Field::Header},
}};
struct DateWord {
  std::string_view name;
  bool sent;
  search::Compare compare;
};
constexpr std::array<DateWord, 6> kDateWords{{
    {"BEFORE", false, search::Compare::Before},
    {"ON", false, search::Compare::On},
    {"SINCE", false, search::Compare::Since},
    {"SENTBEFORE", true, search::Compare::Before},
    {"SENTON", true, search::Compare::On},
    {"SENTSINCE", true, search::Compare::Since},
}};

// date = date-text / DQUOTE date-text DQUOTE
Result<Day> day(Scanner& in) {
  TRY(in.space());
  if (in.peek() == '"') {
    TRY_ASSIGN(const std::string text, in.string("a date"));
    return parse_day(text);
  }
  return parse_day(in.token());
}

Result<SearchKey> contains(Scanner& in, search::Field field) {
  search::Contains out{field, {}, {}};
  TRY(in.space());
  if (field == search::Field::Header) {
    TRY_ASSIGN(out.header, in.astring("a header field"));
    TRY(in.space());
  }
  TRY_ASSIGN(out.text, in.astring("a text to search for"));
  return make(std::move(out));
}

Result<SearchKey> keyword(Scanner& in, bool set) {
  TRY(in.space());
  TRY_ASSIGN(const std::string_view name, in.atom("a keyword"));
  TRY_ASSIGN(const Flag wanted, make_flag(name));
  return make(search::HasFlag{wanted, set});
}

Result<SearchKey> size(Scanner& in, bool larger) {
  TRY(in.space());
  TRY_ASSIGN(const std::uint64_t octets, in.number64("a number of octets"));
  return make(search::Size{larger, octets});
}

Result<SearchKey> numbers(Scanner& in, bool uid) {
  TRY_ASSIGN(SequenceSet set, in.sequence_set());
  return make(search::Numbers{uid, std::move(set)});
}

// "MODSEQ" [SP entry-name SP ("priv" / "shared" / "all")] SP mod-sequence
Result<SearchKey> modified(Scanner& in) {
  TRY(in.space());
  if (in.peek() == '"') {
    TRY(in.string("an entry's name"));
    TRY(in.space());
    if (!in.eat_word("PRIV") && !in.eat_word("SHARED") && !in.eat_word("ALL")) {
      return in.expected("priv, shared or all");
    }
    TRY(in.space());
  }
  TRY_ASSIGN(const ModSeq since, in.mod_seq());
  return make(search::Modified{since});
}

// "NOT" SP search-key, "OR" SP search-key SP search-key
Result<std::vector<SearchKey>> operands(Scanner& in, Keys& keys, std::size_t count) {
  std::vector<SearchKey> out;
  TRY(in.enter());
  while (out.size() < count) {
    TRY(in.space());
    TRY_ASSIGN(SearchKey one, key(in, keys));
    out.push_back(std::move(one));
  }
  in.leave();
  return out;
}

// "(" search-key *(SP search-key) ")"
Result<SearchKey> group(Scanner& in, Keys& keys) {
  search::And all;
  TRY(in.open_list("a search key"));
  do {
    TRY_ASSIGN(SearchKey one, key(in, keys));
    all.keys.push_back(std::move(one));
  } while (in.eat(' '));
  TRY(in.close_list());
  return make(std::move(all));
}

Result<SearchKey> word_key(Scanner& in, Keys& keys, std::string_view name) {
  for (const FlagWord& word : kFlagWords) {
    if (equal_no_case(name, word.name)) return flag(word.flag, word.set);
  }
  for (const auto& [text, field] : kFields) {
    if (equal_no_case(name, text)) return contains(in, field);
  }
  for (const DateWord& word : kDateWords) {
    if (!equal_no_case(name, word.name)) continue;
    TRY_ASSIGN(const Day when, day(in));
    return make(search::Date{word.sent, word.compare, when});
  }
  const auto is = [&](std::string_view text) { return equal_no_case(name, text); };
  if (is("ALL")) return make(search::All());
  if (is("NEW")) return make(search::And{{flag(SystemFlag::Recent, true), flag(SystemFlag::Seen, false)}});
  if (is("KEYWORD") || is("UNKEYWORD")) return keyword(in, is("KEYWORD"));
  if (is("LARGER") || is("SMALLER")) return size(in, is("LARGER"));
  if (is("MODSEQ")) return modified(in);
  if (is("UID")) {
    TRY(in.space());
    return numbers(in, true);
  }
  if (is("NOT")) {
    TRY_ASSIGN(std::vector<SearchKey> one, operands(in, keys, 1));
    return make(search::Not{std::move(one)});
  }
  if (is("OR")) {
    TRY_ASSIGN(std::vector<SearchKey> two, operands(in, keys, 2));
    return make(search::Or{std::move(two)});
  }
  return fail(Errc::Protocol, "unknown search key before octet " + std::to_string(in.position() + 1));
}

Result<SearchKey> key(Scanner& in, Keys& keys) {
  if (++keys.count > kMaxSearchKeys) return fail(Errc::Limit, "too many search keys");
  if (in.peek() == '(') return group(in, keys);
  const char c = in.peek();
  if ((c >= '0' && c <= '9') || c == '*' || c == '$') return numbers(in, false);
  const std::string_view name = in.word();
  if (name.empty()) return in.expected("a search key");
  return word_key(in, keys, name);
}

// "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
Result<command::SearchReturn> returns(Scanner& in) {
  command::SearchReturn out;
  TRY(in.space());
  TRY(in.open_list("a list of return options"));
  for (bool first = true; in.peek() != ')'; first = false) {
    if (!first) TRY(in.space());
    if (in.eat_word("MIN")) {
      out.min = true;
    } else if (in.eat_word("MAX")) {
      out.max = true;
    } else if (in.eat_word("ALL")) {
      out.all = true;
    } else if (in.eat_word("COUNT")) {
      out.count = true;
    } else {
      return in.expected("MIN, MAX, ALL or COUNT");
    }
  }
  TRY(in.close_list());
  if (!out.min && !out.max && !out.all && !out.count) out.all = true;
  return out;
}

}  // namespace

// search = "SEARCH" [SP "RETURN" ...] [SP "CHARSET" SP astring] 1*(SP search-key)
Result<command::Any> search(Scanner& in) {
  command::Search command;
  Keys keys;
  search::And all;
  TRY(in.space());
  if (in.eat_word("RETURN")) {
    TRY_ASSIGN(command.returns, returns(in));
    TRY(in.space());
  }
  if (in.eat_word("CHARSET")) {
    TRY(in.space());
    TRY_ASSIGN(command.charset, in.astring("a charset"));
    TRY(in.space());
  }
  do {
    TRY_ASSIGN(SearchKey one, key(in, keys));
    all.keys.push_back(std::move(one));
  } while (in.eat(' '));
  if (all.keys.size() == 1) {
    command.key = std::move(all.keys.front());
  } else {
    command.key.value = std::move(all);
  }
  return command::Any(std::move(command));
}

}  // namespace proxy::imap::parse
