// Refresh: the server is asked now; the answer is a confirmation with a time, which status shows.
#include "proxy/client/account_engine.h"

namespace proxy::client {

Task<Result<>> AccountEngine::refresh() {
  if (!link_up()) co_return fail(Errc::Unreachable, "off-line");
  co_return co_await feed_.refresh();
}

Task<Result<>> FeedReader::refresh() {
  if (!serving_) co_return fail(Errc::Unreachable, "not logged in");
  const std::uint64_t serial = serial_;
  const std::uint64_t token = next_token_++;
  Question question;
  question.asked = loop_.wall_now();
  questions_[token] = question;
  asked_.raise();
  Result<> going;
  while (going && serial == serial_ && !questions_.at(token).answered) going = co_await changed_.past(changed_.count());
  const bool answered = questions_.at(token).answered;
  questions_.erase(token);
  if (answered) co_return Result<>();
  if (!going) co_return going;
  co_return fail(Errc::Unreachable, "the stream ended before the answer");
}

// Questions come from outside the session and may outlive it: only this story touches the stream.
Task<Result<>> FeedReader::send_questions(MessageStream& stream) {
  for (std::uint64_t sent = 0;;) {
    const std::uint64_t seen = asked_.count();
    const auto next = questions_.upper_bound(sent);
    if (next == questions_.end()) {
      CO_TRY(co_await asked_.past(seen));
      continue;
    }
    sent = next->first;
    sync::Refresh refresh;
    refresh.token = sent;
    const sync::UpMessage message = refresh;
    const codec::property::Chain chain = sync::encode(message);
    CO_TRY(co_await stream.send(chain));
  }
}

// Token 0: of the first delta, or of a look that the agent began by itself. That look began after the confirmation
// before it, so what it says is true at least of then.
void FeedReader::take_confirmed(std::uint64_t token) {
  const WallTime now = loop_.wall_now();
  WallTime as_of = caught_up_ && confirmed_ ? *confirmed_ : began_.value_or(now);
  const auto question = questions_.find(token);
  if (token != 0 && question != questions_.end()) {
    question->second.answered = true;
    as_of = question->second.asked;
  }
  if (!confirmed_as_of_ || as_of > *confirmed_as_of_) confirmed_as_of_ = as_of;
  confirmed_ = now;
  caught_up_ = true;
  changed_.raise();
  events_.status_changed(address_);
}

}  // namespace proxy::client
