#include "proxy/cli/queue_text.h"

#include <fmt/format.h>

namespace proxy::cli {
namespace {

std::string line_of(const Json& entry) {
  const auto count = entry.value("count", std::uint64_t{1});
  const auto size = entry.value("size", std::uint64_t{0});
  const auto left = entry.value("bytes_left", size);
  const std::string mailbox = entry.value("mailbox", "");
  return fmt::format("{:<12} {:<4} {:<11} {:<12} {:<22} {:>6} {:>9}  {}{}{}", entry.value("id", ""),
                     entry.value("direction", ""), entry.value("kind", ""), entry.value("class", ""),
                     entry.value("state", ""), count, bytes_text(left), entry.value("account", ""),
                     mailbox.empty() ? "" : " " + mailbox,
                     entry.value("held", false) && entry.value("state", "") != "held" ? "  [held]" : "");
}

}  // namespace

std::vector<std::string> queue_lines(const Json& entries) {
  if (entries.empty()) return {"the queue is empty"};
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{:<12} {:<4} {:<11} {:<12} {:<22} {:>6} {:>9}  {}", "ID", "", "WHAT", "CLASS", "STATE",
                              "COUNT", "LEFT", "WHERE"));
  for (const Json& entry : entries) {
    lines.push_back(line_of(entry));
    for (const Json& recipient : entry.value("recipients", Json::array()))
      lines.push_back(fmt::format("             {:<40} {:<10} {}", recipient.value("address", ""),
                                  recipient.value("state", ""), recipient.value("reply", "")));
    if (const std::string why = entry.value("text", ""); !why.empty()) lines.push_back("             " + why);
  }
  return lines;
}

}  // namespace proxy::cli
