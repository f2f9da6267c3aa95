#include "proxy/client/events/events.h"

#include <utility>

namespace proxy::client::events {

void Events::announce(Event event) {
  event.sequence = ++last_;
  if (event.topic == Topic::Notice) {
    notices_.push_back(event);
    if (notices_.size() > kKeptNotices) notices_.pop_front();
  }
  kept_.push_back(std::move(event));
  if (kept_.size() > kKeptEvents) kept_.pop_front();
  changed_.raise();
}

void Events::notice(std::string account, std::string text, bool trouble) {
  Event event;
  event.topic = Topic::Notice;
  event.account = std::move(account);
  event.text = std::move(text);
  event.trouble = trouble;
  announce(std::move(event));
}

void Events::status_changed(std::string account) {
  Event event;
  event.topic = Topic::Status;
  event.account = std::move(account);
  announce(std::move(event));
}

Task<Result<Event>> Events::Subscription::next() {
  while (source_->last_ < next_) CO_TRY(co_await source_->changed_.past(source_->changed_.count()));
  const std::uint64_t oldest = source_->kept_.front().sequence;
  if (next_ < oldest) {
    missed_ = true;
    next_ = oldest;
  }
  Event event = source_->kept_[static_cast<std::size_t>(next_ - oldest)];
  ++next_;
  co_return event;
}

}  // namespace proxy::client::events
