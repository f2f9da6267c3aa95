// What an operator sets for the gateway, checked and typed; filled by proxy/config. And what of it an agent is given.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "booster/crypto/secret.h"
#include "proxy/gateway/account.h"

namespace proxy::gateway {

enum class Security : std::uint8_t { Implicit = 0, StartTls = 1, None = 2 };

struct ServerSettings {
  std::string host = {};
  std::uint16_t port = 0;
  Security security = Security::Implicit;
  std::string ca_file = {};  // empty: the system's authorities
  bool operator==(const ServerSettings&) const = default;
};

// What the mail server takes as the user's name.
enum class LoginName : std::uint8_t { Address = 0, LocalPart = 1 };
// How a master user says on whose behalf it logs in: SASL authorization identity, or `user*master`.
enum class MasterForm : std::uint8_t { AuthorizationId = 0, UserStarMaster = 1 };
// What becomes of a submission whose final reply was lost (DESIGN promise 3).
enum class Ambiguous : std::uint8_t { Retry = 0, Ask = 1 };

// The password itself is read by the auth broker, which alone keeps it.
struct MasterSettings {
  std::string user;
  std::string password_file;
  MasterForm form = MasterForm::AuthorizationId;
  bool operator==(const MasterSettings&) const = default;
};

struct DomainSettings {
  std::string domain;  // lower case; "*": every domain without an entry of its own
  ServerSettings imap{.port = 993};
  ServerSettings submission{.port = 465};
  LoginName login = LoginName::Address;
  std::optional<MasterSettings> master;  // none: the user's own password is passed through
  bool sent_by_server = false;           // the server files sent mail itself
  std::string authserv_id;               // whose Authentication-Results count (RFC 8601); empty: nobody's
  Ambiguous ambiguous = Ambiguous::Retry;
  bool operator==(const DomainSettings&) const = default;
};

struct AgentSettings {
  std::size_t workers = 2;
  std::size_t per_worker = 100;               // agents in one worker process; 1: a process for each user
  std::chrono::seconds grace{300};            // an agent without devices is kept as long
  std::chrono::seconds wait{30};              // a login waits for a free agent as long
  std::chrono::seconds scan{60};              // between STATUS rounds over folders without IDLE
  std::uint32_t mixing = 8;                   // streams over slow links that a worker codes by context mixing at a time
  std::uint32_t cpu_share = 50;               // percent of a core that a worker spends on that, over time
  std::vector<std::string> source_addresses;  // upstream connections are spread over them
  bool operator==(const AgentSettings&) const = default;
};

struct GatewaySettings {
  std::string name;       // host:port under which clients reach the gateway, for the pairing URL
  std::string state_dir;  // 0700
  std::vector<DomainSettings> domains;
  AgentSettings agents;
  bool allow_without_device = false;    // the mail lane by mailbox password alone, rate-limited
  std::vector<std::string> flow_allow;  // egress rules (proxy/flow/egress_rules.h); none: no flow lane
  const DomainSettings* find_domain(const std::string& domain) const;  // nullptr: not served
};

// How the mail server is logged into.
struct Credential {
  std::string login;         // authentication identity
  std::string authorize_as;  // SASL authorization identity; empty: the same
  booster::crypto::Secret password;
  bool operator==(const Credential& other) const {
    return login == other.login && authorize_as == other.authorize_as && password == other.password;
  }
  Credential copy() const { return {login, authorize_as, password.copy()}; }
};

// Everything an agent needs; travels in Assign.
struct AgentSpec {
  Account account;
  ServerSettings imap;
  ServerSettings submission;
  bool sent_by_server = false;
  std::string authserv_id;
  Ambiguous ambiguous = Ambiguous::Retry;
  std::chrono::seconds scan{60};
  std::uint32_t mixing = 0;  // as AgentSettings says
  std::uint32_t cpu_share = 0;
  std::string state_dir;       // where the user's own file (tickets, spool) lies; the worker opens it under a lock
  std::string source_address;  // for upstream connections; empty: the system's choice
  Credential credential;
  bool operator==(const AgentSpec&) const = default;
};

// The login name that stands for the address alone.
std::string default_login(const DomainSettings& domain, const Account& account);
Credential own_credential(const DomainSettings& domain, const Account& account, booster::crypto::Secret password);
Credential master_credential(const DomainSettings& domain, const Account& account, booster::crypto::Secret password);

// Unguessable and safe as a file's name whatever bytes the account holds: for the user's own state file.
std::string state_file_stem(const Account& account);

}  // namespace proxy::gateway
