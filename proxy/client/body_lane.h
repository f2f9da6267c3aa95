// One Bodies stream: of one class, so that the session's order is the order in which a person wants mail.
#pragma once
#include "booster/runtime/scope.h"
#include "proxy/client/incoming_item.h"

namespace proxy::client {

struct BodyFetcher::BodyLane {
  BodyLane(BodyFetcher& of, booster::runtime::CancelScope& parent, Class its, std::unique_ptr<MessageStream> opened)
      : rank(its),
        stream(std::move(opened)),
        meter(*stream, of.traffic_),
        items(*stream, of.carried_),
        item(of),
        reader(of.loop_, parent, [](const std::string&, const Error&) {}) {}

  bool receives(const BodyKey& key) const { return item.active() && item.key() == key; }
  // Octets of the item that comes in now that are not here yet; 0: none comes in.
  std::uint64_t still_to_come() { return item.active() && item.sink() != nullptr ? size - item.sink()->offset() : 0; }

  Class rank;
  std::unique_ptr<MessageStream> stream;
  TrafficMeter meter;
  ItemMeter items;
  std::map<BodyKey, Asked> under_way;
  std::uint64_t bytes = 0;             // of these
  std::deque<BodyKey> to_cancel;       // the agent is not told yet
  std::map<BodyKey, Asked> cancelled;  // the agent may have begun them all the same
  bool interrupted = false;            // what it brings now is not worth the link: ends
  std::uint64_t takes_new = 0;         // octets of a mail that may come unasked, as the agent was told; 0: none
  std::uint64_t first_serial = 0;      // of WantNew on this stream; 0: none was said
  std::optional<Result<>> ended;       // by the gateway, or by trouble here
  Incoming item;                       // what comes in now
  std::uint64_t size = 0;              // of it
  booster::runtime::TaskScope reader;
};

// One Fetch stream: what is fetched on it one after the other shares its window.
struct BodyFetcher::FetchStream {
  FetchStream(BodyFetcher& of, std::unique_ptr<MessageStream> opened)
      : stream(std::move(opened)), meter(*stream, of.traffic_), items(*stream, of.carried_) {}

  std::unique_ptr<MessageStream> stream;
  TrafficMeter meter;
  ItemMeter items;
};

}  // namespace proxy::client
