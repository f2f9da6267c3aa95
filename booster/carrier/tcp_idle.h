// TcpIdle: when nothing happens on a client's TLS carrier. The gateway asks (the session's PING) after the silence that
// the client told it, and the client itself when it was not asked; how long that may be is learned as over UDP.
// Source: booster/session/PROTOCOL.md §5
#pragma once
#include "booster/carrier/network_memory.h"
#include "booster/session/session.h"

namespace booster::carrier {

constexpr auto kTcpPatience = std::chrono::seconds(5);  // a question that TCP sends again once or twice

class TcpIdle {
 public:
  TcpIdle(NetworkMemory& networks, const std::optional<NetworkKey>& network);

  // When it begins to carry.
  void begin(session::Session& session) const;
  // Before what came after so much silence is handed to the session.
  void on_heard(session::Session& session, session::Duration silence);
  // The carrier broke after so much silence. True: the client had asked and was not answered, so the way may have been
  // forgotten, if another connection over the same network stands soon.
  bool broke_asking(session::Duration silence) const;
  void on_forgotten();  // it was
  std::chrono::seconds interval() const;

 private:
  void remember() const;

  NetworkMemory& networks_;
  std::optional<NetworkKey> network_;
  transport::path::KeepaliveSearch search_;
};

}  // namespace booster::carrier
