// InboxWatch: the second connection. Idles on INBOX; without IDLE it asks now and then.
#pragma once
#include "proxy/gateway/agent/upstream.h"

namespace proxy::gateway::agent {

class InboxWatch final : public connector::IdleEvents {
 public:
  InboxWatch(runtime::Loop& loop, Upstream& upstream, Duration rearm, Duration poll)
      : loop_(loop), upstream_(upstream), rearm_(rearm), poll_(poll) {}

  Task<Result<>> run();  // until cancelled; a broken connection is made anew
  // True once more for everything that happened since the last call.
  bool take_news() { return std::exchange(news_, false); }
  bool armed() const { return armed_; }
  bool tried() const { return tried_; }  // armed once, or it is known that it cannot be now
  runtime::Notify& changed() { return changed_; }

 private:
  Task<Result<>> watch();
  Task<Result<>> poll(ImapConnection& imap);
  void on_armed() override;
  void on_change() override;
  void say();

  runtime::Loop& loop_;
  Upstream& upstream_;
  Duration rearm_;
  Duration poll_;
  bool news_ = false;
  bool armed_ = false;
  bool tried_ = false;
  runtime::Notify changed_;
};

}  // namespace proxy::gateway::agent
