// Dates, durations and rules of calendars as they are meant. The one place that uses libical.     Source: RFC 5545 §3.3
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codec/convert/card/property_line.h"
#include "codec/property/chain.h"

namespace codec::convert::card {

// DATE, DATE-TIME
struct Moment {
  std::chrono::local_seconds local;  // as the clock on the wall says it
  std::optional<std::chrono::sys_seconds>
      utc;           // none: floating, a whole day, or a zone that the card does not describe
  std::string zone;  // TZID as written; empty: UTC or floating
  bool whole_day = false;
  bool operator==(const Moment&) const = default;
};

// The time zones that a card describes. Zones it only names stay unknown: codec reads no file.
//   Limits  kMaxZones, kMaxZoneText, kMaxZoneTimes; a zone whose rules do not come once a year or so is taken as not
//           described: libical writes down each of a rule's times (a FREQ=SECONDLY would last for ever), up to 2582,
//           and keeps to the last of them from there on
class Zones {
 public:
  explicit Zones(const property::Chain& calendar);
  Zones(Zones&&) noexcept;
  Zones& operator=(Zones&&) noexcept;
  ~Zones();

  std::optional<std::chrono::sys_seconds> utc_of(std::chrono::local_seconds local, const std::string& zone);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// nullopt: no date
std::optional<Moment> parse_moment(const PropertyLine& line, Zones& zones);
std::optional<std::chrono::seconds> parse_duration(std::string_view value);

enum class Frequency : std::uint8_t { Secondly, Minutely, Hourly, Daily, Weekly, Monthly, Yearly };

// RRULE, as much as says how long it goes on.
struct Recurrence {
  std::string text;  // all of it
  Frequency frequency = Frequency::Daily;
  unsigned interval = 1;
  unsigned count = 0;                               // 0: no end by count
  std::optional<std::chrono::local_seconds> until;  // of the start's zone, or UTC where `until_utc`
  bool until_utc = false;
  bool operator==(const Recurrence&) const = default;
};
std::optional<Recurrence> parse_recurrence(std::string_view value);

}  // namespace codec::convert::card
