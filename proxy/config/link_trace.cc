#include "proxy/config/link_trace.h"

namespace proxy::config {
namespace {

constexpr std::uint64_t kLeastTrace = std::uint64_t{1} << 20;  // booster/carrier/trace_log.h

}  // namespace

void read_link_trace(Section& link, LinkTrace& into) {
  link.text("trace", into.file);
  link.size("trace_size", into.size);
  if (!into.file.empty() && into.file.front() != '/') link.wrong("trace", "want an absolute path");
  if (into.size < kLeastTrace) link.wrong("trace_size", "want at least 1 MiB");
}

}  // namespace proxy::config
