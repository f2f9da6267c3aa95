// Agent: one user before the mail server. Logs in, arms notification, keeps every attached device in step.
//                                                                                         Source: DESIGN §9,
//                                                                                         PROTOCOL.md
#pragma once
#include <map>
#include <memory>

#include "booster/runtime/scope.h"
#include "proxy/gateway/agent/operations_host.h"
#include "proxy/gateway/agent/upstream.h"
#include "proxy/gateway/chunks/chunk_index.h"
#include "proxy/messaging/carried.h"
#include "proxy/messaging/coding.h"
#include "proxy/sync/control.h"

namespace proxy::gateway::agent {

class DeviceSession;
class Mailboxes;
class Octets;

struct AgentSettings {
  Duration scan = std::chrono::seconds(60);  // LIST-STATUS rounds over the other folders
  Duration idle_rearm = connector::kIdleRearm;
  Duration poll_inbox = std::chrono::seconds(15);  // without IDLE, or without a second connection
  std::string spool_dir = "/tmp";                  // unlinked files while a large mail is carried over
  bool sent_by_server = false;                     // the server files submitted mail into Sent itself
  messaging::MixingPermits* mixing = nullptr;      // of the process, for slow links; nullptr: never
  chunks::ChunkIndex* chunks = nullptr;            // nullptr: nothing is known to be repeated
  std::string authserv_id;                         // whose word on senders counts; empty: nobody's
};

struct AgentStatus {
  bool connected = false;
  bool idling = false;
  std::string trouble;  // why not connected; no secret
  sync::SyncClass sync_class = sync::SyncClass::Plain;
  std::size_t devices = 0;
  std::size_t mailboxes = 0;
  std::uint64_t bodies_sent = 0;
  std::uint64_t overviews_sent = 0;
  messaging::Carried down;  // mails, to all devices, since the agent came
  messaging::Carried up;
};

class Agent final : public OperationsAccess {
 public:
  // `host` may be null: then the agent only brings mail down.
  //   Owns    dialer and host outlive it
  Agent(runtime::Loop& loop, runtime::CancelScope& parent, Dialer& dialer, OperationsHost* host,
        AgentSettings settings);
  ~Agent() override;

  // Logs in upstream as the user and arms notification.
  //   Errors  Denied: refused · Unreachable, Timeout: no server there now · others: the server is of no use
  Task<Result<>> start(connector::Login credential);
  // A fresh upstream authentication: what a further device must show before it is attached.
  Task<Result<>> prove(connector::Login credential);

  // Another credential of the same user, proved right: used from the next login on, and for what the last was refused.
  void renew(connector::Login credential);

  void attach(DeviceSessionId device);
  // How fast the device's link takes what is sent down.
  void set_link(DeviceSessionId device, messaging::BitsPerSecond rate);
  // Takes the stream; it is closed when the device is not attached or its purpose is taken already.
  void give_stream(DeviceSessionId device, sync::MailPurpose purpose, net::StreamPtr stream);
  Task<void> detach(DeviceSessionId device);  // its streams are closed, its state forgotten
  // Ends everything: devices, operations, upstream (LOGOUT). Must be awaited before the agent is destroyed.
  Task<void> logoff();

  AgentStatus status() const;
  // Set when the agent cannot go on (the server refuses the credential now): log off and tell the front.
  const std::optional<Error>& ended() const { return ended_; }
  runtime::Notify& changed() { return changed_; }

  // ---- OperationsAccess
  Upstream& upstream() override { return *upstream_; }
  void touched(const std::string& mailbox) override;
  void folders_touched() override;
  void made_by(DeviceSessionId device, sync::ItemKey item) override;
  Task<Result<bool>> append_reference(sync::ItemKey key, codec::refer::Extent extent, Bytes& prefix) override;
  Task<Result<MailPtr>> mail_of(sync::ItemKey key) override;
  void came_up(const messaging::Carried& item) override;
  void tell(std::string text, bool trouble) override;

 private:
  friend class DeviceSession;
  struct Parts;

  runtime::Loop& loop_;
  AgentSettings settings_;
  OperationsHost* host_;
  std::unique_ptr<Upstream> upstream_;
  runtime::TaskScope tasks_;
  std::unique_ptr<Parts> parts_;
  std::map<DeviceSessionId, std::shared_ptr<DeviceSession>> devices_;
  std::optional<Error> ended_;
  runtime::Notify changed_;
};

}  // namespace proxy::gateway::agent
