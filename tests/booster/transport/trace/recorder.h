// Keeps what a connection told, for tests.
#pragma once
#include <algorithm>
#include <vector>

#include "booster/transport/trace/event.h"

namespace booster::transport::trace {

class Recorder final : public Observer {
 public:
  struct Told {
    Event event;
    TimePoint at;
  };
  void on_trace(const Event& event, TimePoint now) override { told_.push_back({event, now}); }

  const std::vector<Told>& all() const { return told_; }
  template <typename E>
  std::vector<E> of() const {
    std::vector<E> found;
    for (const Told& each : told_) {
      if (const auto* event = std::get_if<E>(&each.event)) found.push_back(*event);
    }
    return found;
  }
  bool changed(PathId path, PathChanged::To to) const {
    const std::vector<PathChanged> changes = of<PathChanged>();
    return std::any_of(changes.begin(), changes.end(),
                       [&](const PathChanged& each) { return each.path == path && each.to == to; });
  }
  void clear() { told_.clear(); }

 private:
  std::vector<Told> told_;
};

}  // namespace booster::transport::trace
