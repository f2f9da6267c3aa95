#include "proxy/cli/carried_json.h"

#include <fmt/format.h>

#include "codec/base/bytes.h"
#include "proxy/cli/output.h"

namespace proxy::cli {

using codec::compress::Encoding;
using nlohmann::json;

json carried_json(const messaging::Carried& carried) {
  json by = json::object();
  for (const Encoding encoding : {Encoding::Stored, Encoding::ZstdWindow, Encoding::Mix, Encoding::Lz4})
    by[std::string(messaging::to_string(encoding))] = carried.by[static_cast<std::size_t>(encoding)];
  return {{"items", carried.items},
          {"referring", carried.referring},
          {"fell_back", carried.fell_back},
          {"raw", carried.raw},
          {"unwrapped", carried.unwrapped},
          {"references", carried.references},
          {"referred", carried.referred},
          {"coded", carried.coded},
          {"cpu_seconds", std::chrono::duration<double>(carried.cpu).count()},
          {"packed_by", by}};
}

json carried_json(const client::CarriedItem& item) {
  json one = carried_json(item.what);
  for (const char* const of_many : {"items", "referring", "packed_by"}) one.erase(of_many);
  one["encoding"] = messaging::to_string(mostly(item.what));
  one["direction"] = item.up ? "up" : "down";
  if (item.up) {
    one["ticket"] = codec::to_hex(item.ticket);
  } else {
    one["mailbox"] = item.body.mailbox;
    one["uid_validity"] = item.body.uid_validity.value;
    one["uid"] = item.body.uid.value;  // the mail server's
  }
  return one;
}

std::string carried_text(const json& carried) {
  const auto count = [&carried](const char* key) { return carried.value(key, std::uint64_t{0}); };
  const std::uint64_t raw = count("raw");
  const std::uint64_t coded = count("coded");
  std::string ratio;
  if (raw > 0) {
    ratio = fmt::format(" ({:.2f})", static_cast<double>(coded) / static_cast<double>(raw));
    if (ratio.starts_with(" (0.")) ratio.erase(2, 1);
  }
  return fmt::format("{} as {}{}, {} of {} referred, {} fell back to raw, {:.1f} s CPU", bytes_text(raw),
                     bytes_text(coded), ratio, count("referring"), count("items"), count("fell_back"),
                     carried.value("cpu_seconds", 0.0));
}

}  // namespace proxy::cli
