#include "tests/sim/fabric/trace.h"

#include <algorithm>
#include <cstdio>

#include "codec/base/check.h"

namespace sim {
namespace {

constexpr std::array<std::string_view, kWhats> kNames{
    "sent",           "delivered",        "marked CE",       "corrupted",     "duplicated",      "held back",
    "mapped",         "injected",         "DROPPED queue",   "DROPPED codel", "DROPPED policer", "DROPPED loss",
    "DROPPED outage", "DROPPED down",     "DROPPED size",    "DROPPED nat",   "DROPPED gate",    "DROPPED attack",
    "DROPPED asleep", "DROPPED no route", "DROPPED no host",
};

std::string line_of(const TraceEvent& event, const std::string& who) {
  char line[160];
  std::snprintf(line, sizeof line, "%14.6f %-16s %-16s #%llu %u B :%u > :%u\n", seconds(event.at - kEpoch), who.c_str(),
                std::string(name_of(event.what)).c_str(), static_cast<unsigned long long>(event.serial), event.bytes,
                unsigned{event.source_port}, unsigned{event.destination_port});
  return line;
}

}  // namespace

std::string_view name_of(What what) {
  return kNames[static_cast<std::size_t>(what)];
}

ElementId Trace::name(std::string_view element) {
  CHECK(names_.size() < 0xffff);
  CHECK(std::find(names_.begin(), names_.end(), element) == names_.end());  // seeds come from names
  names_.emplace_back(element);
  return static_cast<ElementId>(names_.size() - 1);
}

void Trace::add(const TraceEvent& event) {
  ++counts_[static_cast<std::size_t>(event.what)];
  digest_.add(static_cast<std::uint64_t>(event.at.time_since_epoch().count()));
  digest_.add(event.serial << 24U ^ static_cast<std::uint64_t>(event.who) << 8U ^
              static_cast<std::uint64_t>(event.what));
  digest_.add(static_cast<std::uint64_t>(event.bytes) << 32U ^ static_cast<std::uint64_t>(event.source_port) << 16U ^
              event.destination_port);
  if (kept_ == 0) return;
  if (ring_.size() < kept_) {
    ring_.push_back(event);
  } else {
    ring_[oldest_] = event;
    oldest_ = (oldest_ + 1) % kept_;
  }
}

std::vector<TraceEvent> Trace::events() const {
  std::vector<TraceEvent> all(ring_);
  std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(oldest_), all.end());
  return all;
}

std::string Trace::dump(std::size_t most) const {
  const std::vector<TraceEvent> all = events();
  std::string out;
  for (std::size_t i = all.size() - std::min(most, all.size()); i < all.size(); ++i)
    out += line_of(all[i], names_[all[i].who]);
  return out;
}

}  // namespace sim
