#include "booster/schedule/class.h"

#include <array>

namespace booster::schedule {

std::string_view to_string(Class of) {
  constexpr std::array<std::string_view, kClasses> kNames = {"control",     "login",    "interactive", "send-small",
                                                             "headers",     "calendar", "bodies",      "flow",
                                                             "attachments", "prefetch"};
  return kNames.at(index(of));
}

}  // namespace booster::schedule
