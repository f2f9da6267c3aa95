#include "tests/support/link/opportunities.h"

#include <algorithm>

#include "codec/base/check.h"
#include "tests/support/link/units.h"

namespace support::link {

using codec::Errc;
using codec::fail;

codec::Result<std::vector<std::chrono::milliseconds>> parse_trace(std::string_view text) {
  std::vector<std::chrono::milliseconds> trace;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    const auto value = parse_count(line);
    const std::string where = "trace line " + std::to_string(number) + ": ";
    if (!value) return fail(Errc::Protocol, where + "no whole number of milliseconds");
    const std::chrono::milliseconds instant(*value);
    if (!trace.empty() && instant < trace.back()) return fail(Errc::Protocol, where + "earlier than the line before");
    if (trace.size() == kMaxOpportunities) return fail(Errc::Limit, "trace: too many lines");
    trace.push_back(instant);
  }
  if (trace.empty() || trace.back().count() == 0) return fail(Errc::Protocol, "trace: has no length");
  return trace;
}

Opportunities::Opportunities(std::vector<std::chrono::milliseconds> trace, TimePoint start)
    : trace_(std::move(trace)), round_(start) {
  CHECK(!trace_.empty() && trace_.back().count() > 0);
}

TimePoint Opportunities::instant() const {
  return round_ + trace_[index_];
}

void Opportunities::skip_to(TimePoint ready) {
  if (instant() >= ready) return;
  const Duration period = trace_.back();
  if (ready - round_ > period) round_ += (ready - round_) / period * period;
  const auto offset = std::chrono::ceil<std::chrono::milliseconds>(ready - round_);
  const auto found = std::lower_bound(trace_.begin(), trace_.end(), offset);
  if (found == trace_.end()) {
    round_ += period;
    index_ = 0;
  } else {
    index_ = static_cast<std::size_t>(found - trace_.begin());
  }
  left_ = kOpportunityBytes;
}

TimePoint Opportunities::depart(TimePoint ready, std::size_t bytes) {
  skip_to(ready);
  for (;;) {
    if (left_ == 0) {
      if (++index_ == trace_.size()) {
        index_ = 0;
        round_ += trace_.back();
      }
      left_ = kOpportunityBytes;
    }
    const std::size_t used = std::min(left_, bytes);
    left_ -= used;
    bytes -= used;
    if (bytes == 0) return instant();
  }
}

}  // namespace support::link
