// Control stream (client <-> front): login, its result, agents coming and going, refresh, logoff, enrolment.   Source:
// PROTOCOL.md §2 Framed property chains (codec/property/frame) on stream 0; never compressed: credentials pass here and
// only here.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "codec/property/chain.h"
#include "proxy/sync/types.h"

namespace proxy::sync {

// One account of this client within one session; chosen by the client, 1, 2, 3…
struct AccountHandle {
  std::uint32_t value = 0;
  auto operator<=>(const AccountHandle&) const = default;
};

struct LoginRequest {
  AccountHandle account;
  std::string address;  // user@domain: the gateway maps the domain to a server
  std::string user;     // login name where it differs from the address; else empty
  Bytes password;       // empty: by the enrolled device key alone, where the domain allows (master user)
  std::string device;   // for people: "alice's laptop"
  bool probe = false;   // only say which server serves the address and whether the password is right (`account add`)
  bool operator==(const LoginRequest&) const = default;
};
struct LoginResult {
  enum class Code : std::uint8_t {
    Ok = 0,
    Waiting = 1,      // for a free agent: a result follows
    Refused = 2,      // the mail server refused the password (or it is known to be refused)
    Unreachable = 3,  // the mail server cannot be reached, or its certificate is wrong: the text names host and cause
    NoAgent = 4,      // no agent became free in time
    NoService = 5,    // no connector serves the domain, or this device is not enrolled for the user
    Throttled = 6,    // too many tries: later
    Failed = 7,       // anything else
  };
  AccountHandle account;
  Code code = Code::Failed;
  std::string text;                   // for a person; no secret
  std::string server;                 // host that serves the account, when known
  std::uint64_t submission_size = 0;  // SIZE that the server's submission last offered; 0: not known
  bool operator==(const LoginResult&) const = default;
};
// The account's agent is gone (its worker died) or is there again; mail streams of the account were reset, open them
// anew.
struct AgentLost {
  AccountHandle account;
  std::string text;
  bool operator==(const AgentLost&) const = default;
};
struct AgentReady {
  AccountHandle account;
  bool operator==(const AgentReady&) const = default;
};
struct Logoff {
  AccountHandle account;
  bool operator==(const Logoff&) const = default;
};
// A device asks to be enrolled with a one-time code; no login needed.
struct EnrolRequest {
  std::string code;
  std::string device;
  Bytes request;  // PKCS #10, DER
  bool operator==(const EnrolRequest&) const = default;
};
struct EnrolResult {
  bool ok = false;
  std::string text;                    // why not
  Bytes certificate;                   // DER
  std::vector<std::string> addresses;  // whom the device is enrolled for
  bool operator==(const EnrolResult&) const = default;
};
struct Goodbye {  // either end, before an orderly close
  std::string text;
  bool operator==(const Goodbye&) const = default;
};

using ControlMessage =
    std::variant<LoginRequest, LoginResult, AgentLost, AgentReady, Logoff, EnrolRequest, EnrolResult, Goodbye>;

codec::property::Chain encode(const ControlMessage& message);
Result<ControlMessage> decode_control(
    const codec::property::Chain& chain);  // Errors  Protocol; Unsupported: unknown kind

// What a stream carries, in its open metadata (a chain). The front reads this and nothing else of a mail stream.
enum class Lane : std::uint8_t { Mail = 1, Flow = 2 };
enum class MailPurpose : std::uint8_t {
  Sync = 1,        // vectors up; folders, skeletons, overviews, changes down (feed.h). One an account
  Bodies = 2,      // wants up; items in blocks down, solid window (items.h). One an account
  Fetch = 3,       // one item asked for by a person: like Bodies, a window of its own. One a fetch
  Operations = 4,  // operations and submissions up, results down (operation.h, submission.h). One an account
  Upload = 5,      // the octets of one large submission or append (items.h). One an item
};
struct StreamPurpose {
  Lane lane = Lane::Mail;
  AccountHandle account;                    // mail
  MailPurpose purpose = MailPurpose::Sync;  // mail
  std::string target;                       // flow: "host:port"
  bool operator==(const StreamPurpose&) const = default;
};
Bytes encode_purpose(const StreamPurpose& purpose);
Result<StreamPurpose> decode_purpose(ByteView metadata);

}  // namespace proxy::sync
