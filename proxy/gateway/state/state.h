// The front's durable state behind one interface: devices, one-time enrolment codes, refused-password tags, who had an
// agent. Every change is durable when it returns.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "booster/runtime/task.h"
#include "codec/base/bytes.h"

namespace proxy::gateway::state {

using booster::runtime::Task;
using WallTime = std::chrono::sys_seconds;

struct Device {
  Bytes pin;  // SHA-256 of its public key
  std::string name;
  std::vector<std::string> addresses;  // whom it is enrolled for, canonical, sorted
  WallTime enrolled_at{};
  std::optional<WallTime> revoked_at;
  std::optional<WallTime> last_seen;
  bool operator==(const Device&) const = default;
};

struct EnrolmentCode {
  Bytes hash;  // of the code: whoever reads the file cannot enrol
  std::vector<std::string> addresses;
  WallTime expires_at{};
  bool operator==(const EnrolmentCode&) const = default;
};

// A password that the mail server refused, known again by a keyed hash only.
struct RefusedPassword {
  std::string account;  // Account::key()
  Bytes tag;
  WallTime expires_at{};
  bool operator==(const RefusedPassword&) const = default;
};

struct Assignment {
  std::string account;
  WallTime since{};
  bool operator==(const Assignment&) const = default;
};

//   Errors  those of booster::sql: Full, Io, Corrupt
class State {
 public:
  virtual ~State() = default;

  virtual Task<Result<std::vector<Device>>> devices() = 0;
  virtual Task<Result<>> revoke_device(Bytes pin, WallTime when) = 0;  // NotFound: no such device, or revoked before
  virtual Task<Result<>> note_seen(Bytes pin, WallTime when) = 0;

  virtual Task<Result<>> add_code(EnrolmentCode code) = 0;
  // Uses the code up and adds the device (its addresses are the code's, added to those it has) in one transaction.
  //   Errors  Denied, with the reason: unknown, used before, expired; the device was revoked
  virtual Task<Result<Device>> redeem_code(Bytes hash, Device device, WallTime now) = 0;

  virtual Task<Result<std::vector<RefusedPassword>>> refused_passwords(WallTime now) = 0;  // those not expired
  virtual Task<Result<>> add_refused_password(RefusedPassword refused) = 0;

  // Who had an agent when the gateway stopped: they must log in again before what is STORED for them goes on.
  virtual Task<Result<std::vector<Assignment>>> assignments() = 0;
  virtual Task<Result<>> set_assignment(Assignment assignment) = 0;
  virtual Task<Result<>> remove_assignment(std::string account) = 0;
};

}  // namespace proxy::gateway::state
