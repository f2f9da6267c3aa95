// Names to addresses. getaddrinfo follows the system's own configuration (hosts file, NSS), on the thread pool.
#include <netdb.h>

#include <cstring>

#include "booster/net/tcp.h"
#include "booster/runtime/offload.h"

namespace booster::net {
namespace {

Result<std::vector<Address>> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  int rc = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (rc == EAI_NONAME || rc == EAI_ADDRFAMILY) {  // AI_ADDRCONFIG hides ::1 and 127.0.0.1 where only loopback exists
    hints.ai_flags = 0;
    rc = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  }
  if (rc != 0) {
    const bool absent = rc == EAI_NONAME;
    return fail(absent ? Errc::NotFound : Errc::Unreachable, "resolve " + host + ": " + ::gai_strerror(rc), rc);
  }
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next)
    addresses.push_back(Address::from(entry->ai_addr));
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

Task<Result<std::vector<Address>>> resolve(std::string host, std::uint16_t port) {
  if (const Result<Address> literal = Address::ip(host, port)) {
    std::vector<Address> one(1, *literal);
    co_return one;
  }
  auto job = [&host, port] { return look_up(host, port); };
  co_return co_await runtime::offload(job);
}

}  // namespace booster::net
