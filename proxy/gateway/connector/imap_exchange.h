// What one command does with the server's answers. Inside of this folder only.
#pragma once
#include "proxy/gateway/connector/imap_connection.h"

namespace proxy::gateway::connector {

class Exchange {
 public:
  Exchange() = default;
  explicit Exchange(std::uint64_t octets, Duration stall = kStall) : octets_(octets), stall_(stall) {}
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Every untagged response, after the connection has noted what it says of the mailbox.
  virtual Result<> on_response(imap::Response&) { return {}; }
  // Bodies too large to stand in their response.
  virtual Result<> on_body_begin(const imap::BodyBegin&) { return {}; }
  virtual Task<Result<>> on_body_octets(std::string_view) { co_return Result<>(); }
  virtual void on_body_end() {}

  std::uint64_t octets() const { return octets_; }
  Duration stall() const { return stall_; }

 private:
  std::uint64_t octets_ = kAnswerOctets;
  Duration stall_ = kStall;
};

// FETCH responses of messages in `uids`, whatever their cause.
class FetchExchange : public Exchange {
 public:
  FetchExchange(SequenceSet uids, std::uint64_t octets) : Exchange(octets), uids_(std::move(uids)) {}
  Result<> on_response(imap::Response& response) override {
    auto* fetch = std::get_if<imap::response::Fetch>(&response);
    if (fetch == nullptr) return on_other(response);
    if (!fetch->uid || !asked(*fetch->uid)) return {};
    return on_fetch(*fetch);
  }

 protected:
  bool asked(Uid uid) const {  // "n:*" brings the last message though its UID is below n
    return uids_.contains(uid) || (uids_.is_open() && uid.value >= *uids_.open());
  }
  virtual Result<> on_fetch(imap::response::Fetch& fetch) = 0;
  virtual Result<> on_other(imap::Response&) { return {}; }

 private:
  SequenceSet uids_;
};

imap::FetchItem fetch_item(imap::FetchWhat what);
imap::FetchItem peek_section(imap::Section section);
FlagSet without_recent(FlagSet flags);

}  // namespace proxy::gateway::connector
