// Commands about the connection and who uses it.
#include "proxy/imap/command_parser.h"

namespace proxy::imap::parse {
namespace {

bool is_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  for (char c : text) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '/') return false;
  }
  return true;
}

}  // namespace

// id = "ID" SP ("(" [string SP nstring *(SP string SP nstring)] ")" / nil)                        RFC 2971
Result<command::Any> id(Scanner& in) {
  command::Id command;
  TRY(in.space());
  if (in.eat_word("NIL")) return command::Any(std::move(command));
  TRY(in.open_list("NIL or a list of fields"));
  while (in.peek() != ')') {
    if (!command.fields.empty()) TRY(in.space());
    if (command.fields.size() >= kMaxIdFields) return fail(Errc::Limit, "more than 30 fields");
    IdField field;
    TRY_ASSIGN(field.name, in.string("a field's name"));
    TRY(in.space());
    TRY_ASSIGN(field.value, in.nstring("a field's value"));
    command.fields.push_back(std::move(field));
  }
  TRY(in.close_list());
  return command::Any(std::move(command));
}

// enable = "ENABLE" 1*(SP capability)                                                             RFC 5161
Result<command::Any> enable(Scanner& in) {
  command::Enable command;
  do {
    TRY(in.space());
    TRY_ASSIGN(const std::string_view name, in.atom("a capability"));
    TRY_ASSIGN(Atom atom, make_atom(name));
    if (command.capabilities.size() >= kMaxNames) return fail(Errc::Limit, "too many capabilities");
    command.capabilities.push_back(std::move(atom));
  } while (!in.at_end());
  return command::Any(std::move(command));
}

// compress = "COMPRESS" SP "DEFLATE"                                                              RFC 4978
Result<command::Any> compress(Scanner& in) {
  TRY(in.space());
  if (!in.eat_word("DEFLATE")) return in.expected("DEFLATE");
  return command::Any(command::Compress());
}

// authenticate = "AUTHENTICATE" SP auth-type [SP (base64 / "=")]                                  RFC 4959
Result<command::Any> authenticate(Scanner& in) {
  TRY(in.space());
  TRY_ASSIGN(const std::string_view name, in.atom("a SASL mechanism"));
  TRY_ASSIGN(Atom mechanism, make_atom(name));
  command::Authenticate command{std::move(mechanism), std::nullopt};
  if (in.eat(' ')) {
    const std::string_view initial = in.token();
    if (initial.empty() || !is_base64(initial)) return in.expected("an initial response in base64");
    command.initial = initial == "=" ? std::string() : std::string(initial);
  }
  return command::Any(std::move(command));
}

// login = "LOGIN" SP astring SP astring
Result<command::Any> login(Scanner& in) {
  command::Login command;
  TRY(in.space());
  TRY_ASSIGN(command.user, in.astring("a user name"));
  TRY(in.space());
  TRY_ASSIGN(command.password, in.astring("a password"));
  return command::Any(std::move(command));
}

}  // namespace proxy::imap::parse
