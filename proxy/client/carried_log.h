// What an account's items cost on the link: the last ones, and all of them since the start.
#pragma once
#include <deque>
#include <string>

#include "proxy/client/account_store.h"
#include "proxy/messaging/carried.h"

namespace proxy::client {

using messaging::Carried;

// For the user's own eyes (status), never for a log.
struct CarriedItem {
  bool up = false;
  BodyKey body;           // down
  sync::Ticket ticket{};  // up
  Carried what;
  bool is(const CarriedItem& other) const { return up == other.up && body == other.body && ticket == other.ticket; }
};
CarriedItem item_down(BodyKey body);
CarriedItem item_up(sync::Ticket ticket);

class CarriedLog {
 public:
  // `item` arrived, and what it cost in tries before; that was said of no other.
  void arrived(CarriedItem item);
  // Of one that has not arrived (yet): kept until it does.
  void tried(const CarriedItem& item);
  // Padding that came behind it.
  void charge(const CarriedItem& of, const messaging::Cost& more);

  const Carried& down() const { return down_; }
  const Carried& up() const { return up_; }
  const std::deque<CarriedItem>& last() const { return last_; }  // the newest stands last

 private:
  static constexpr std::size_t kLast = 64;
  static constexpr std::size_t kTries = 64;  // what was tried and never arrived is forgotten
  Carried& total(const CarriedItem& item) { return item.up ? up_ : down_; }

  Carried down_;
  Carried up_;
  std::deque<CarriedItem> last_;
  std::deque<CarriedItem> tries_;
};

}  // namespace proxy::client
