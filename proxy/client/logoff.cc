// Logoff: the account leaves its agent; what is here stays, what is written meanwhile waits.
#include "proxy/client/account_engine.h"

namespace proxy::client {

Task<Result<>> AccountEngine::leave(SessionLink& link) {
  sync::Logoff logoff;
  logoff.account = options_.account;
  const sync::ControlMessage message = logoff;
  co_return co_await link.send(message);
}

Task<Result<>> AccountEngine::wait_for_log_on() {
  set_state(LoginState::LoggedOff);
  while (wants_off_) CO_TRY(co_await changed_.past(changed_.count()));
  co_return Result<>();
}

void AccountEngine::log_off() {
  wants_off_ = true;
  changed_.raise();
}

void AccountEngine::log_on() {
  wants_off_ = false;
  changed_.raise();
}

}  // namespace proxy::client
