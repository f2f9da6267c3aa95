#include "proxy/gateway/dispatcher/agent_entry.h"

namespace proxy::gateway::dispatcher {

std::string_view describe(AgentEntry::State state) {
  switch (state) {
    case AgentEntry::State::Starting:
      return "logging in";
    case AgentEntry::State::Live:
      return "live";
    case AgentEntry::State::Lost:
      return "waiting for a worker";
    case AgentEntry::State::Releasing:
      return "logging off";
    case AgentEntry::State::Gone:
      return "gone";
  }
  return "?";
}

}  // namespace proxy::gateway::dispatcher
