// Whether a mail that one stream has begun goes on another one, too, because a person waits.
//
// What a stream's buffers hold is on a 3G link in a second, and on one of 200 kbit/s in ten: too long for who opens a
// mail. But a program that asks for everything would have all of it twice. So a mail crosses twice only where it is
// waited for that long, is small beside what it waits for, and as long as all that did is a small part of the stream.
#pragma once
#include <cstdint>
#include <optional>

#include "proxy/messaging/coding.h"

namespace proxy::gateway::agent {

struct Begun {
  std::uint64_t sent = 0;                        // octets of the stream, by now
  std::uint64_t begin = 0, end = 0;              // where the mail stands in it
  std::uint64_t arrived = 0;                     // up to which the device has it
  std::uint64_t twice = 0;                       // octets that have crossed twice before
  std::optional<messaging::BitsPerSecond> link;  // nullopt: not known
  std::uint64_t size() const { return end - begin; }
};

constexpr double kPatience = 2;                     // seconds
constexpr std::uint64_t kSmallBeside = 8;           // times the mail
constexpr std::uint64_t kTwicePart = 32;            // of the stream
constexpr std::uint64_t kTwiceAtFirst = 16 * 1024;  // octets, while its part is less

inline bool is_worth_crossing_twice(const Begun& mail) {
  const std::uint64_t before = mail.end > mail.arrived ? mail.end - mail.arrived : 0;
  if (!mail.link || static_cast<double>(before) * 8 <= kPatience * static_cast<double>(mail.link->value)) return false;
  return mail.size() * kSmallBeside <= before && mail.twice + mail.size() <= kTwiceAtFirst + mail.sent / kTwicePart;
}

}  // namespace proxy::gateway::agent
