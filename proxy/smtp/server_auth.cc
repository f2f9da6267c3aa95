// AUTH PLAIN and LOGIN at the server's side.                                   Source: RFC 4954, RFC 4616; LOGIN has no
// RFC
#include <utility>

#include "proxy/smtp/server.h"
#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

const Reply kNotUnderstood{501, "5.5.2 Not understood"};

}  // namespace

Server::Next Server::on_auth(const Auth& auth) {
  if (logged_in_) return bad_command({503, "5.5.1 You are logged in"});
  if (!offers_now().has_auth(auth.mechanism)) {
    if (options_.login_needs_tls && !options_.tls) return bad_command({538, "5.7.11 TLS comes first"});
    return bad_command({504, "5.5.4 Mechanism not offered"});
  }
  if (auth.mechanism == "PLAIN") {
    if (auth.initial) return on_plain(*auth.initial);
    state_ = State::AuthResponse;
    return say({334, ""});
  }
  if (auth.mechanism != "LOGIN") return bad_command({504, "5.5.4 Mechanism not offered"});
  if (auth.initial) {
    user_ = *auth.initial;
    state_ = State::AuthPassword;
    return say({334, write_base64("Password:")});
  }
  state_ = State::AuthUser;
  return say({334, write_base64("Username:")});
}

Server::Next Server::on_auth_line(std::string_view line) {
  const State state = std::exchange(state_, State::Commands);
  if (line == "*") return bad_command({501, "5.7.0 Cancelled"});
  const std::optional<std::string> response = parse_base64(line);
  if (!response) return bad_command(kNotUnderstood);
  if (state == State::AuthResponse) return on_plain(*response);
  if (state == State::AuthUser) {
    user_ = *response;
    state_ = State::AuthPassword;
    return say({334, write_base64("Password:")});
  }
  return login({"", std::exchange(user_, {}), *response});
}

// message = [authzid] NUL authcid NUL passwd
Server::Next Server::on_plain(std::string_view response) {
  const std::size_t first = response.find('\0');
  const std::size_t second = first == response.npos ? first : response.find('\0', first + 1);
  if (second == response.npos) return bad_command(kNotUnderstood);
  return login({std::string(response.substr(0, first)), std::string(response.substr(first + 1, second - first - 1)),
                std::string(response.substr(second + 1))});
}

Server::Next Server::login(LoginRequest request) {
  for (const std::string* text : {&request.authorization, &request.user, &request.password})
    if (!is_utf8(*text) || text->find('\0') != text->npos) return bad_command(kNotUnderstood);
  if (request.user.empty() || request.password.empty()) return bad_command(kNotUnderstood);
  return wait_for(Due::Login, std::move(request));
}

}  // namespace proxy::smtp
