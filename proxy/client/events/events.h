// Events: the one place where what happened to accounts is announced, for faces, tray, status and the log.
#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "proxy/client/events/signal.h"

namespace proxy::client::events {

enum class Topic : std::uint8_t {
  Mailbox,  // messages or flags of a mailbox, or the list of mailboxes (then `mailbox` is empty)
  Queue,    // what goes up: added, sent, accepted, refused
  Status,   // link, login, confirmation
  Notice,   // something a person should read
};

struct Event {
  std::uint64_t sequence = 0;  // given by announce(), from 1 on
  Topic topic = Topic::Status;
  std::string account;  // address; empty: all
  std::string mailbox;
  std::string text;      // Notice: one line for a person, no subject, no secret
  bool trouble = false;  // Notice
};

constexpr std::size_t kKeptEvents = 512;   // a listener that is further behind is told so and looks at everything
constexpr std::size_t kKeptNotices = 100;  // shown by status

class Events {
 public:
  Events() = default;
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  void announce(Event event);
  void notice(std::string account, std::string text, bool trouble);
  void status_changed(std::string account = {});

  // One listener's place. Events are kept once for all; a Subscription is a number.
  class Subscription {
   public:
    explicit Subscription(Events& source) : source_(&source), next_(source.last_ + 1) {}
    // The next event; `missed` is set when some before it are no longer kept.   Errors  Cancelled
    Task<Result<Event>> next();
    bool take_missed() { return std::exchange(missed_, false); }

   private:
    Events* source_;
    std::uint64_t next_;
    bool missed_ = false;
  };
  Subscription subscribe() { return Subscription(*this); }

  const std::deque<Event>& notices() const { return notices_; }  // the latest kKeptNotices
  std::uint64_t last() const { return last_; }
  Signal& changed() { return changed_; }

 private:
  std::uint64_t last_ = 0;
  std::deque<Event> kept_;
  std::deque<Event> notices_;
  Signal changed_;
};

}  // namespace proxy::client::events
