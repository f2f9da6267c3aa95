#include "booster/http/environment.h"

#include <cstdlib>

#include "booster/http/no_proxy.h"

namespace booster::http {
namespace {

struct Variable {
  std::string name;
  std::string value;
};

Variable first_set(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) return {name, *value};
  }
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<WebProxyPtr> proxy_from_environment(const Environment& environment, std::string_view host) {
  const Variable named = first_set(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  if (named.name.empty()) return WebProxyPtr();
  if (is_exempt(host, first_set(environment, {"no_proxy", "NO_PROXY"}).value)) return WebProxyPtr();
  Result<WebProxyPtr> proxy = parse_proxy_url(named.value);
  if (!proxy) return tl::unexpected(Error(proxy.error()).context(named.name));
  return proxy;
}

}  // namespace booster::http
