// The seam between the agent and what carries out a user's operations and submissions.
#pragma once
#include "codec/refer/prefix.h"
#include "proxy/gateway/agent/mails.h"
#include "proxy/messaging/carried.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::agent {

// One device session of the client's, as the front numbers it.
struct DeviceSessionId {
  std::uint64_t value = 0;
  auto operator<=>(const DeviceSessionId&) const = default;
};

// What the agent offers to operations.
class OperationsAccess {
 public:
  virtual ~OperationsAccess() = default;
  virtual Upstream& upstream() = 0;  // work(Urgency::Operation)
  // Something in this mailbox (UTF-8 name) was changed by us: look at once, so that every device is told.
  virtual void touched(const std::string& mailbox) = 0;
  virtual void folders_touched() = 0;
  // What a device has made at the server itself is there and with the device: it may be referred to.
  virtual void made_by(DeviceSessionId device, sync::ItemKey item) = 0;
  // Appends the content of a mail of the user's, as the mail server has it. False: it does not give it now, or there is
  // no room.
  virtual Task<Result<bool>> append_reference(sync::ItemKey key, codec::refer::Extent extent, Bytes& prefix) = 0;
  // A mail of the user's, likewise.   Errors  NotFound: it does not give it now
  virtual Task<Result<MailPtr>> mail_of(sync::ItemKey key) = 0;
  // An item came up, or a try that came to nothing.
  virtual void came_up(const messaging::Carried& item) = 0;
  // Trouble or news for every device.
  virtual void tell(std::string text, bool trouble) = 0;
};

// Serves one stream until the device leaves or it is cancelled. The agent awaits all of them before it ends.
class OperationsHost {
 public:
  virtual ~OperationsHost() = default;
  virtual Task<Result<>> serve_operations(OperationsAccess& agent, DeviceSessionId device, net::StreamPtr stream) = 0;
  virtual Task<Result<>> serve_upload(OperationsAccess& agent, DeviceSessionId device, net::StreamPtr stream) = 0;
  // Runs as long as the agent lives: what is stored is carried on (submissions in flight). Cancelled at logoff.
  virtual Task<Result<>> serve_background(OperationsAccess& agent) = 0;
  virtual void credential_renewed() = 0;  // what waited because the last one was refused is tried now
};

}  // namespace proxy::gateway::agent
