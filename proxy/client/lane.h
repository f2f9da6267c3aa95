// What one Operations stream knows while it lives. A new stream starts from the journal.
#pragma once
#include <map>
#include <set>

#include "booster/runtime/scope.h"
#include "proxy/client/upward.h"

namespace proxy::client {

struct Upward::Upload {
  Class of = Class::Bodies;
  std::uint64_t number = 0;  // in the order in which they were begun
  bool running = false;
  bool stopped = false;   // held or cancelled: ends at its next block
  bool may_refer = true;  // to what both ends hold; once: whatever became of that, it goes up plainly then
  bool raw = false;       // its digest differed at the gateway: its octets as they are
  Carried counted;        // of this try
};

struct Upward::Going {
  Upload& as;
  Class of;  // which the stream was opened with
  sync::Ticket ticket{};
  sync::ContentDigest digest{};
  std::uint64_t size = 0;
};

struct Upward::Lane {
  Lane(SessionLink& session, sync::AccountHandle handle, MessageStream& to, booster::runtime::TaskScope& tasks)
      : link(session), account(handle), stream(to), uploads(tasks) {}

  SessionLink& link;
  sync::AccountHandle account;
  MessageStream& stream;
  booster::runtime::TaskScope& uploads;

  struct OpenOperation {
    std::uint64_t size = 0;  // Append
    sync::ContentDigest digest{};
  };
  std::map<sync::Ticket, OpenOperation> operations;  // sent, not answered
  std::set<sync::Ticket> waiting_for_octets;         // appends whose upload is under way
  Sequence sent_to;                                  // operations up to here are sent or done
  booster::runtime::TimePoint not_before{};          // after Later
  int laters = 0;                                    // in a row

  std::map<sync::Ticket, OutgoingSubmission> submissions;  // offered and not final; without octets
  std::set<sync::Ticket> unreported;                       // of these: no report yet
  std::set<sync::Ticket> decided;                          // a person's word about them was sent
  booster::runtime::TimePoint submissions_not_before{};    // after trouble at the gateway

  std::map<sync::Ticket, Upload> uploading;
  std::uint64_t uploads_begun = 0;
  std::size_t submissions_uploading() const {
    std::size_t count = 0;
    for (const auto& [ticket, upload] : uploading) count += unreported.contains(ticket) ? 1U : 0U;
    return count;
  }

  events::Signal changed;    // room in a window, an upload ended
  events::Signal to_settle;  // something may be acknowledged
};

}  // namespace proxy::client
