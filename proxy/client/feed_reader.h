// FeedReader: the account's sync stream: what we have goes up, what changed comes down into the replica; questions and
// confirmations.                                                                          Source: sync PROTOCOL.md §3
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>

#include "booster/runtime/loop.h"
#include "proxy/client/body_fetcher.h"
#include "proxy/client/events/events.h"
#include "proxy/client/session_link.h"
#include "proxy/client/status.h"
#include "proxy/client/traffic.h"

namespace proxy::client {

class FeedReader {
 public:
  FeedReader(booster::runtime::Loop& loop, AccountStore& store, BodyFetcher& bodies, events::Events& events,
             std::string address)
      : loop_(loop), store_(store), bodies_(bodies), events_(events), address_(std::move(address)) {}

  // One sync stream from its vectors to its end.
  Task<Result<>> serve(SessionLink& link, sync::AccountHandle account);

  // refresh.cc: asks now, returns once everything that was found is in the replica.
  //   Errors  Unreachable: no stream, or it ended before the answer; Cancelled
  Task<Result<>> refresh();

  std::optional<WallTime> last_contact() const { return last_contact_; }
  std::optional<WallTime> confirmed() const { return confirmed_; }
  std::optional<WallTime> confirmed_as_of() const { return confirmed_as_of_; }
  bool caught_up() const { return caught_up_; }
  const Traffic& traffic() const { return traffic_; }

 private:
  struct Question {
    WallTime asked;
    bool answered = false;
  };
  Task<Result<>> send_vectors(MessageStream& stream);
  Task<Result<>> send_vector(MessageStream& stream, std::uint32_t mailbox);
  Task<Result<>> send_questions(MessageStream& stream);
  Task<Result<>> read_feed(MessageStream& stream);
  Task<Result<>> take(MessageStream& stream, sync::FeedMessage message);
  Task<Result<>> take_skeleton(sync::Skeleton skeleton);
  Task<Result<>> take_change(MessageStream& stream, sync::FeedMessage message);
  void take_confirmed(std::uint64_t token);

  booster::runtime::Loop& loop_;
  AccountStore& store_;
  BodyFetcher& bodies_;
  events::Events& events_;
  std::string address_;
  bool serving_ = false;
  TrafficMeter* meter_ = nullptr;
  std::uint64_t serial_ = 0;  // of the stream: a question dies with it
  std::array<std::byte, 16> ledger_{};
  std::map<std::uint64_t, Question> questions_;
  std::uint64_t next_token_ = 1;
  std::map<std::uint32_t, int> differed_;  // by mailbox number: vectors sent again in a row
  std::optional<WallTime> began_;
  std::optional<WallTime> last_contact_;
  std::optional<WallTime> confirmed_;
  std::optional<WallTime> confirmed_as_of_;
  bool caught_up_ = false;
  Traffic traffic_;
  events::Signal asked_;
  events::Signal changed_;
};

}  // namespace proxy::client
