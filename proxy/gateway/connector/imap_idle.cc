// IDLE: waiting for news without asking.                                                              Source: RFC 2177
#include "booster/runtime/timer.h"
#include "proxy/gateway/connector/imap_exchange.h"

namespace proxy::gateway::connector {

namespace response = imap::response;

namespace {

bool is_news(const imap::Response& found) {
  return std::holds_alternative<response::Exists>(found) || std::holds_alternative<response::Expunge>(found) ||
         std::holds_alternative<response::Vanished>(found) || std::holds_alternative<response::Fetch>(found);
}

}  // namespace

Task<Result<>> ImapConnection::idle(IdleEvents& events, Duration limit) {
  refusal_.reset();
  if (!wire_) co_return fail(Errc::Closed, "no connection to " + host_);
  octets_left_ = kAnswerOctets;
  const imap::Tag tag = next_tag();
  bool ended = false;
  auto done = co_await runtime::with_timeout(limit, idle_in(events, tag, ended));
  if (done || ended) {
    if (!ended || !done) close();
    co_return done;
  }
  const Errc why = done.error().code;
  if (why != Errc::Timeout && why != Errc::Cancelled) {
    close();
    co_return done;
  }
  auto said = co_await runtime::shielded(kGoodbye, idle_done(tag));
  if (!said) close();
  if (why == Errc::Cancelled) co_return done;
  co_return said;
}

// Until the server ends it (then `ended`), or the caller does. A server that refuses IDLE does not have it.
Task<Result<>> ImapConnection::idle_in(IdleEvents& events, imap::Tag tag, bool& ended) {
  stall_ = kStall;
  CO_TRY(co_await write(tag.text() + " IDLE\r\n"));
  for (bool armed = false;;) {
    CO_TRY_ASSIGN(imap::Response found, co_await next_response());
    if (std::holds_alternative<response::Continue>(found)) {
      if (armed) continue;
      armed = true;
      stall_ = kIdleRearm * 2;  // silence is what idling sounds like
      events.on_armed();
    }
    if (is_news(found)) events.on_change();
    auto* state = std::get_if<response::State>(&found);
    if (state == nullptr || !state->tag) continue;
    if (*state->tag != tag) co_return fail(Errc::Protocol, host_ + " answers a command that was not given");
    ended = true;
    auto verdict = judge(std::move(*state));
    if (!verdict && verdict.error().code == Errc::Unsupported) can_.idle = false;
    co_return verdict;
  }
}

Task<Result<>> ImapConnection::idle_done(imap::Tag tag) {
  Exchange exchange;
  octets_left_ = kAnswerOctets;
  stall_ = kStall;
  CO_TRY(co_await write("DONE\r\n"));
  CO_TRY_ASSIGN(std::optional<State> state, co_await read_until(tag, exchange, true));
  if (!state) {  // the "+" that we did not wait for
    CO_TRY_ASSIGN(state, co_await read_until(tag, exchange, false));
  }
  co_return judge(std::move(*state));
}

}  // namespace proxy::gateway::connector
