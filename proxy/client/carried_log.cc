#include "proxy/client/carried_log.h"

#include <algorithm>

namespace proxy::client {

CarriedItem item_down(BodyKey body) {
  CarriedItem item;
  item.body = std::move(body);
  return item;
}

CarriedItem item_up(sync::Ticket ticket) {
  CarriedItem item;
  item.up = true;
  item.ticket = ticket;
  return item;
}

void CarriedLog::arrived(CarriedItem item) {
  const auto before = std::ranges::find_if(tries_, [&item](const CarriedItem& one) { return one.is(item); });
  if (before != tries_.end()) {
    item.what += before->what;
    tries_.erase(before);
  }
  item.what.items = 1;
  item.what.referring = item.what.references > 0 ? 1 : 0;
  total(item) += item.what;
  if (last_.size() == kLast) last_.pop_front();
  last_.push_back(std::move(item));
}

void CarriedLog::tried(const CarriedItem& item) {
  const auto before = std::ranges::find_if(tries_, [&item](const CarriedItem& one) { return one.is(item); });
  if (before != tries_.end()) {
    before->what += item.what;
    return;
  }
  if (tries_.size() == kTries) tries_.pop_front();
  tries_.push_back(item);
}

void CarriedLog::charge(const CarriedItem& of, const messaging::Cost& more) {
  const auto is_it = [&of](const CarriedItem& one) { return one.is(of); };
  if (const auto pending = std::ranges::find_if(tries_, is_it); pending != tries_.end()) {
    pending->what.charge(more);
    return;
  }
  const auto logged = std::find_if(last_.rbegin(), last_.rend(), is_it);
  if (logged != last_.rend()) logged->what.charge(more);
  total(of).charge(more);
}

}  // namespace proxy::client
