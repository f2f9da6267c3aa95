#include "proxy/client/item_meter.h"

namespace proxy::client {

using messaging::Cost;

ItemMeter::~ItemMeter() {
  if (item_) end(false);
  update();
}

void ItemMeter::begin(BodyKey key) {
  if (item_) end(false);
  settle(stream_.cost_before_last());
  counted_ = stream_.cost_before_last();
  item_ = item_down(std::move(key));
}

void ItemMeter::end(bool whole) {
  if (!item_) return;
  const Cost now = stream_.cost_received();
  item_->what.charge(now - counted_);
  counted_ = now;
  ended_ = CarriedItem{item_->up, item_->body, item_->ticket, {}};
  if (whole) {
    log_.arrived(*std::exchange(item_, std::nullopt));
  } else {
    log_.tried(*std::exchange(item_, std::nullopt));
  }
}

void ItemMeter::settle(const Cost& to) {
  if (ended_ && to.coded > counted_.coded) log_.charge(*ended_, to - counted_);
  ended_.reset();
}

void ItemMeter::update() {
  if (!ended_) return;
  const Cost now = stream_.cost_received();
  if (now.raw == counted_.raw && now.coded > counted_.coded) log_.charge(*ended_, now - counted_);
  if (now.raw == counted_.raw) counted_ = now;
}

}  // namespace proxy::client
