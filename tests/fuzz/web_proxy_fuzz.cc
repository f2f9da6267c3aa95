// A proxy's URL, a line feed, and a list of exempt hosts.
#include <cstdint>

#include "booster/http/no_proxy.h"
#include "booster/http/web_proxy.h"
#include "codec/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view url = text.substr(0, text.find('\n'));
  const std::string_view list = url.size() < text.size() ? text.substr(url.size() + 1) : std::string_view();
  const auto proxy = booster::http::parse_proxy_url(url);
  if (!proxy) return 0;
  const std::string_view credentials = (*proxy)->credentials.reveal_text();
  CHECK(credentials.find_first_of("\r\n") == std::string_view::npos);
  CHECK((*proxy)->place.port != 0 && !(*proxy)->place.host.empty());
  CHECK((*proxy)->place.host.find_first_of("\r\n @/") == std::string::npos);
  const std::string& host = (*proxy)->place.host;
  CHECK(booster::http::is_exempt(host, "*"));
  (void)booster::http::is_exempt(host, list);
  return 0;
}
