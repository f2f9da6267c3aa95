// The steps on which a person raises and lowers mail.                                                 Source: DESIGN §6
#pragma once
#include "booster/schedule/class.h"

namespace proxy::queue {

using booster::schedule::Class;

// Above stand control and login, and the flow lane's class is no mail's: neither is a step.
constexpr Class one_up(Class of) {
  switch (of) {
    case Class::Prefetch:
      return Class::Attachments;
    case Class::Attachments:
      return Class::Bodies;
    case Class::Bodies:
    case Class::Flow:
      return Class::Calendar;
    case Class::Calendar:
      return Class::Headers;
    case Class::Headers:
      return Class::SendSmall;
    case Class::SendSmall:
    case Class::Interactive:
    case Class::Login:
    case Class::Control:
      break;
  }
  return Class::Interactive;
}

constexpr Class one_down(Class of) {
  switch (of) {
    case Class::Control:
    case Class::Login:
    case Class::Interactive:
      return Class::SendSmall;
    case Class::SendSmall:
      return Class::Headers;
    case Class::Headers:
      return Class::Calendar;
    case Class::Calendar:
      return Class::Bodies;
    case Class::Bodies:
    case Class::Flow:
      return Class::Attachments;
    case Class::Attachments:
    case Class::Prefetch:
      break;
  }
  return Class::Prefetch;
}

}  // namespace proxy::queue
