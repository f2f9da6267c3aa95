// Which mail server, and as whom: what IMAP and SUBMISSION connectors are handed.                     Source: DESIGN §9
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "booster/crypto/secret.h"
#include "booster/net/tcp.h"
#include "booster/runtime/timer.h"
#include "booster/tls/context.h"

namespace proxy::gateway::connector {

namespace crypto = booster::crypto;
namespace net = booster::net;
namespace runtime = booster::runtime;
namespace tls = booster::tls;
using runtime::Duration;
using runtime::Task;

enum class Security : std::uint8_t {
  Tls,       // from the first octet
  StartTls,  // required: a server that does not offer it is refused
  Plain,     // only where the operator says so: same host, tests
};

struct Server {
  std::string host;  // also the name its certificate must prove
  std::uint16_t port = 993;
  Security security = Security::Tls;
  std::optional<tls::Context> context;  // not for Plain
};

// How one user's mailbox is opened. "user*master" is a plain login name here: who makes it sees to the "*".
struct Login {
  std::string user;          // authentication identity
  std::string authorize_as;  // SASL authorization identity: a master user acts for this one; empty: the same
  crypto::Secret password;

  Login copy() const { return Login{user, authorize_as, password.copy()}; }
  bool operator==(const Login&) const = default;
};

}  // namespace proxy::gateway::connector
