// Front <-> auth broker (proxy/gateway/chain_link.h over one Unix socket). Names are Account::key().
#pragma once
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "booster/crypto/secret.h"
#include "codec/property/chain.h"

namespace proxy::gateway::broker {

using booster::crypto::Secret;
using WallTime = std::chrono::sys_seconds;

// Front -> broker.
struct Configure {  // first
  struct Master {
    std::string domain;
    std::string password_file;  // read by the broker, which alone keeps what it holds
    bool operator==(const Master&) const = default;
  };
  std::string key_file;  // of the refused-password tags; made when missing
  std::vector<Master> masters;
  bool operator==(const Configure&) const = default;
};
struct KnownRefusal {  // from the state file; and broker -> front, to be kept there
  std::string account;
  Bytes tag;
  WallTime expires_at{};
  bool operator==(const KnownRefusal&) const = default;
};
struct Ask {  // may this password go to the mail server? Answered by Answer, perhaps after a delay
  std::uint64_t call = 0;
  std::string account;
  std::string network;  // of the client
  bool enrolled =
      false;  // the device is enrolled for this user: neither strangers' guesses nor its network's hold it up
  Secret password;
  bool operator==(const Ask&) const = default;
};
struct Report {  // what the mail server said of an Ask that was admitted
  enum class Result : std::uint8_t { Accepted = 0, Refused = 1, Unknown = 2 };
  std::uint64_t call = 0;
  Result result = Result::Unknown;
  bool keep = false;  // Accepted: for the agent's next login, until Forget
  bool operator==(const Report&) const = default;
};
struct Fetch {  // the password kept for the account, or the domain's master password; answered by Fetched
  std::uint64_t call = 0;
  std::string account;  // empty: the master's
  std::string domain;
  bool operator==(const Fetch&) const = default;
};
struct Forget {
  std::string account;
  bool operator==(const Forget&) const = default;
};

// Broker -> front.
struct Answer {
  enum class Verdict : std::uint8_t {
    Go = 0,         // ask the mail server; Report follows
    Known = 1,      // the server refused this very password lately
    Throttled = 2,  // too many tries
  };
  std::uint64_t call = 0;
  Verdict verdict = Verdict::Throttled;
  std::chrono::seconds again{0};  // Known, Throttled: when another try makes sense
  bool operator==(const Answer&) const = default;
};
struct Fetched {
  std::uint64_t call = 0;
  bool found = false;
  Secret password;
  bool operator==(const Fetched&) const = default;
};
struct Note {  // for the log: a password file that cannot be read. No secret
  std::string text;
  bool operator==(const Note&) const = default;
};

using Message = std::variant<Configure, KnownRefusal, Ask, Report, Fetch, Forget, Answer, Fetched, Note>;

codec::property::Chain encode(const Message& message);
Result<Message> decode_message(const codec::property::Chain& chain);  // Errors  Protocol; Unsupported: unknown kind

}  // namespace proxy::gateway::broker
