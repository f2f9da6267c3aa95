// Every deviation of a broken peer that this grammar takes, by name.
#pragma once
#include <span>
#include <string_view>

namespace proxy::imap {

struct Quirk {
  std::string_view name;     // as in the comments of the code
  std::string_view who;      // where it is known from
  std::string_view example;  // a whole response or command that needs it, without CRLF
  std::string_view taken_as;
  bool from_server = true;
};

// tests/proxy/imap/quirks_test.cc feeds each example.
std::span<const Quirk> quirks();

}  // namespace proxy::imap
