// ItemMeter: what the items cost that come in one after the other on one stream.
#pragma once
#include <optional>

#include "proxy/client/carried_log.h"
#include "proxy/messaging/message_stream.h"

namespace proxy::client {

class ItemMeter {
 public:
  ItemMeter(const messaging::MessageStream& stream, CarriedLog& log) : stream_(stream), log_(log) {}
  ItemMeter(const ItemMeter&) = delete;
  ItemMeter& operator=(const ItemMeter&) = delete;
  ~ItemMeter();

  // The message that was received last begins an item.
  void begin(BodyKey key);
  // It belongs to the item that has begun, or is the last of it.
  Carried* now() { return item_ ? &item_->what : nullptr; }
  void arrived() { end(true); }
  void came_to_nothing() { end(false); }
  booster::runtime::CpuClock cpu_clock() const { return stream_.cpu_clock(); }
  // Padding that has come meanwhile, for who looks now.
  void update();

 private:
  void end(bool whole);
  void settle(const messaging::Cost& to);

  const messaging::MessageStream& stream_;
  CarriedLog& log_;
  std::optional<CarriedItem> item_;
  std::optional<CarriedItem> ended_;  // the last one: what follows it may be its padding
  messaging::Cost counted_;           // before the item that has begun, or with the one that ended
};

}  // namespace proxy::client
