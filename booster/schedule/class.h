// What a stream's bytes are worth now. Order is strict: a lower value sends first (DESIGN §6).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace booster::schedule {

enum class Class : std::uint8_t {
  Control = 0,      // the control stream
  Login = 1,        // a person waits to get in
  Interactive = 2,  // a person waits for this very item
  SendSmall = 3,    // submissions and changes of a few kB
  Headers = 4,      // envelopes, structures, previews
  Calendar = 5,
  Bodies = 6,
  Flow = 7,  // any other TCP: after the mail this product promises, before what nobody looks at yet
  Attachments = 8,
  Prefetch = 9,
};
constexpr std::size_t kClasses = 10;

constexpr std::optional<Class> class_from(std::uint8_t value) {
  if (value >= kClasses) return std::nullopt;
  return static_cast<Class>(value);
}
constexpr std::size_t index(Class of) {
  return static_cast<std::size_t>(of);
}
// Somebody sits before a screen and waits.
constexpr bool is_urgent(Class of) {
  return of <= Class::Interactive;
}

std::string_view to_string(Class of);

}  // namespace booster::schedule
