// Upward: what the user did goes up: operations in their order, submissions by priority, large octets on streams of
// their own.                                                                              Source: sync PROTOCOL.md §6
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "booster/runtime/loop.h"
#include "booster/runtime/scope.h"
#include "codec/repeat/code.h"
#include "proxy/client/account_store.h"
#include "proxy/client/carried_log.h"
#include "proxy/client/events/events.h"
#include "proxy/client/session_link.h"
#include "proxy/client/traffic.h"

namespace proxy::client {

constexpr std::size_t kOperationWindow = 16;   // unanswered at once: a round trip of 600 ms then costs 40 ms a change
constexpr std::size_t kSubmissionWindow = 16;  // the same of submissions: first reports awaited
constexpr std::size_t kUploadsAtOnce = 2;      // the smaller one is not kept waiting by one large one

class Upward {
 public:
  // `link_up`: whether the tunnel carries now. A session may be there before and after: what it is given then waits in
  // it, and a person could not hold it any more.
  Upward(booster::runtime::Loop& loop, AccountStore& store, events::Events& events, CarriedLog& carried,
         std::string address, std::function<bool()> link_up)
      : loop_(loop),
        store_(store),
        events_(events),
        carried_(carried),
        address_(std::move(address)),
        link_up_(std::move(link_up)) {}

  // The Operations stream and its uploads, to the stream's end. Opens none before there is something to send.
  Task<Result<>> serve(SessionLink& link, sync::AccountHandle account);
  const Traffic& traffic() const { return traffic_; }
  void link_changed();

 private:
  struct Lane;    // one Operations stream's life: lane.h
  struct Upload;  // octets on a stream of their own: lane.h
  // upward.cc
  Task<Result<bool>> anything_to_send();
  Task<Result<>> read_answers(Lane& lane);
  Task<Result<>> send_acknowledgements(Lane& lane);
  static Task<Result<>> send(Lane& lane, sync::OperationMessage message);
  // One that carries its octets.
  Task<Result<>> send_whole(Lane& lane, sync::Ticket ticket, sync::OperationMessage message);
  void tell_queue_changed();
  // operations.cc
  Task<Result<>> send_operations(Lane& lane);
  Task<Result<>> send_operation(Lane& lane, OutgoingOperation outgoing);
  Task<Result<>> take_result(Lane& lane, sync::OperationResult result);
  // submissions.cc
  Task<Result<>> send_submissions(Lane& lane);
  Task<Result<>> offer_next(Lane& lane);
  Task<Result<>> follow_person(Lane& lane);
  Task<Result<>> offer(Lane& lane, OutgoingSubmission outgoing);
  Task<Result<>> send_decisions(Lane& lane);
  Task<Result<>> take_report(Lane& lane, sync::SubmissionReport report);
  Task<Result<>> give_octets(Lane& lane, sync::Ticket ticket);
  // uploads.cc
  static Class upload_class(Class of, std::uint64_t size);
  void start_upload(Lane& lane, sync::Ticket ticket, sync::ContentDigest digest, std::uint64_t size, Class of);
  static bool is_next(const Lane& lane, const Upload& upload);
  Task<Result<>> upload(Lane& lane, sync::Ticket ticket, sync::ContentDigest digest, std::uint64_t size);
  Task<Result<>> upload_once(Lane& lane, Upload& as, sync::Ticket ticket, sync::ContentDigest digest,
                             std::uint64_t size);
  // What an item is coded against.
  struct Prefix {
    sync::ItemReferences references;
    Bytes octets;  // none: it refers to nothing
    booster::runtime::Duration cpu{};
  };
  Task<Result<Prefix>> prefix_of(sync::ContentDigest digest, booster::runtime::CpuClock clock);
  struct Going;  // one on its stream: lane.h
  // upload_repeats.cc
  struct Repeats {
    codec::repeat::ItemRepeats of;
    std::vector<sync::ItemKey> sources;
  };
  Task<Result<Repeats>> repeats_of(const Going& item);
  Task<Result<>> upload_on(MessageStream& stream, const Going& item);
  Task<Result<bool>> send_octets(MessageStream& stream, const Going& item, std::uint64_t from);
  Task<Result<>> send_alone(MessageStream& stream, const Going& item, std::uint64_t from, Prefix prefix,
                            Repeats repeats);
  Task<Result<>> send_blocks(MessageStream& stream, const Going& item, std::uint64_t from, Repeats repeats);
  Task<Result<>> uploaded(Lane& lane, sync::Ticket ticket);

  booster::runtime::Loop& loop_;
  AccountStore& store_;
  events::Events& events_;
  CarriedLog& carried_;
  std::string address_;
  std::function<bool()> link_up_;
  Traffic traffic_;
  Lane* lane_ = nullptr;  // while it is served
};

}  // namespace proxy::client
