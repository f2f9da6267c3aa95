// command = tag SP command-name ...: the table of verbs.
#include <array>
#include <utility>

#include "proxy/imap/command.h"
#include "proxy/imap/command_parser.h"
#include "proxy/imap/scanner.h"

namespace proxy::imap {
namespace {

using Parser = Result<command::Any> (*)(Scanner&);

template <class Body>
Result<command::Any> bare(Scanner&) {
  return command::Any(Body());
}

struct Verb {
  std::string_view name;
  Parser parse;
  bool with_uid = false;  // may stand after UID
};

constexpr std::array kVerbs{
    Verb{"CAPABILITY", bare<command::Capability>},
    Verb{"NOOP", bare<command::Noop>},
    Verb{"LOGOUT", bare<command::Logout>},
    Verb{"STARTTLS", bare<command::StartTls>},
    Verb{"CHECK", bare<command::Check>},
    Verb{"CLOSE", bare<command::Close>},
    Verb{"UNSELECT", bare<command::Unselect>},
    Verb{"NAMESPACE", bare<command::Namespace>},
    Verb{"IDLE", bare<command::Idle>},
    Verb{"COMPRESS", parse::compress},
    Verb{"ID", parse::id},
    Verb{"ENABLE", parse::enable},
    Verb{"AUTHENTICATE", parse::authenticate},
    Verb{"LOGIN", parse::login},
    Verb{"SELECT", parse::select},
    Verb{"EXAMINE", parse::examine},
    Verb{"CREATE", parse::create},
    Verb{"DELETE", parse::remove},
    Verb{"RENAME", parse::rename},
    Verb{"SUBSCRIBE", parse::subscribe},
    Verb{"UNSUBSCRIBE", parse::unsubscribe},
    Verb{"LIST", parse::list},
    Verb{"LSUB", parse::lsub},
    Verb{"STATUS", parse::status},
    Verb{"APPEND", parse::append},
    Verb{"EXPUNGE", parse::expunge},
    Verb{"SEARCH", parse::search, true},
    Verb{"FETCH", parse::fetch, true},
    Verb{"STORE", parse::store, true},
    Verb{"COPY", parse::copy, true},
    Verb{"MOVE", parse::move, true},
};
constexpr Verb kUidExpunge{"EXPUNGE", parse::uid_expunge, true};

const Verb* find_verb(std::string_view name, bool uid) {
  if (uid && equal_no_case(name, kUidExpunge.name)) return &kUidExpunge;
  for (const Verb& verb : kVerbs) {
    if ((!uid || verb.with_uid) && equal_no_case(name, verb.name)) return &verb;
  }
  return nullptr;
}

void set_uid(command::Any& body) {
  std::visit(
      [](auto& value) {
        if constexpr (requires { value.uid = true; }) value.uid = true;
      },
      body);
}

}  // namespace

std::optional<Tag> parse_tag(std::string_view bytes) {
  Result<Tag> tag = make_tag(bytes.substr(0, bytes.find_first_of(" \r\n")));
  if (!tag) return std::nullopt;
  return *tag;
}

Result<Command> parse_command(std::string_view bytes, const ParseLimits& limits) {
  Result<Tag> tag = make_tag(bytes.substr(0, bytes.find(' ')));
  if (!tag) return fail(Errc::Protocol, "expected a tag, a space and a command");
  ScanRules rules;
  rules.nesting = limits.nesting;
  rules.lists = limits.lists;
  Scanner in(bytes, rules);
  while (!in.at_end() && !in.eat(' ')) in.eat(in.peek());
  std::string_view name = in.word();
  const bool uid = equal_no_case(name, "UID");
  if (uid) {
    TRY(in.space());
    name = in.word();
  }
  const Verb* verb = find_verb(name, uid);
  if (verb == nullptr) return fail(Errc::Protocol, uid ? "unknown command after UID" : "unknown command");
  Result<command::Any> body = verb->parse(in);
  if (!body) return tl::unexpected(std::move(body).error().context(verb->name));
  TRY(in.end().context(verb->name));
  if (uid) set_uid(*body);
  return Command{std::move(*tag), std::move(*body)};
}

}  // namespace proxy::imap
