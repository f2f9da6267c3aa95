#include "booster/platform/way.h"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <set>

namespace booster::platform {
namespace {

constexpr std::size_t kReply = 8192;
using Attributes = std::map<unsigned short, std::string>;

std::string octets_of(const sockaddr* address) {
  const void* at = nullptr;
  std::size_t size = 0;
  if (address->sa_family == AF_INET) {
    at = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    size = sizeof(in_addr);
  } else if (address->sa_family == AF_INET6) {
    at = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    size = sizeof(in6_addr);
  }
  return at == nullptr ? std::string() : std::string(static_cast<const char*>(at), size);
}

template <class T>
T read_as(const std::string& octets) {
  T value{};
  std::memcpy(&value, octets.data(), std::min(sizeof value, octets.size()));
  return value;
}

// One question to the kernel, answered at once with one message.
template <class Head>
class RouteQuestion {
 public:
  RouteQuestion(std::uint16_t type, const Head& head) {
    request_.header.nlmsg_len = NLMSG_LENGTH(sizeof(Head));
    request_.header.nlmsg_type = type;
    request_.header.nlmsg_flags = NLM_F_REQUEST;
    request_.head = head;
  }
  void add(unsigned short type, const std::string& octets) {
    auto* const attribute =
        reinterpret_cast<rtattr*>(reinterpret_cast<char*>(&request_) + NLMSG_ALIGN(request_.header.nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = static_cast<unsigned short>(RTA_LENGTH(octets.size()));
    std::memcpy(RTA_DATA(attribute), octets.data(), octets.size());
    request_.header.nlmsg_len =
        static_cast<std::uint32_t>(NLMSG_ALIGN(request_.header.nlmsg_len) + RTA_LENGTH(octets.size()));
  }
  // Errors  Unsupported, Io; else what the kernel said, as Unreachable
  Result<std::pair<Head, Attributes>> ask(const std::string& what) const {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return fail(Errc::Unsupported, what + ": " + std::strerror(errno), errno);
    alignas(nlmsghdr) std::array<char, kReply> reply;
    const bool sent = ::send(fd, &request_, request_.header.nlmsg_len, 0) >= 0;
    const ssize_t size = sent ? ::recv(fd, reply.data(), reply.size(), 0) : -1;
    const int error = errno;
    ::close(fd);
    if (size < 0) return fail(Errc::Io, what + ": " + std::strerror(error), error);
    return read(what, reply.data(), static_cast<unsigned>(size));
  }

 private:
  static Result<std::pair<Head, Attributes>> read(const std::string& what, char* bytes, unsigned size) {
    const auto* const header = reinterpret_cast<const nlmsghdr*>(bytes);
    if (!NLMSG_OK(header, size)) return fail(Errc::Io, what + ": a short answer");
    if (header->nlmsg_type == NLMSG_ERROR) {
      const int error = -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
      return fail(Errc::Unreachable, what + ": " + std::strerror(error), error);
    }
    const auto* const head = static_cast<const Head*>(NLMSG_DATA(header));
    Attributes attributes;
    auto left = static_cast<unsigned>(NLMSG_PAYLOAD(header, sizeof(Head)));
    const char* const first = static_cast<const char*>(NLMSG_DATA(header)) + NLMSG_ALIGN(sizeof(Head));
    for (const auto* each = reinterpret_cast<const rtattr*>(first); RTA_OK(each, left); each = RTA_NEXT(each, left)) {
      attributes[each->rta_type] = std::string(static_cast<const char*>(RTA_DATA(each)), RTA_PAYLOAD(each));
    }
    return std::pair(*head, std::move(attributes));
  }

  struct {
    nlmsghdr header{};
    Head head{};
    std::array<char, 128> attributes{};
  } request_;
};

template <class T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Who has this address on the interface; empty: not known now.
std::string hardware_address(unsigned char family, const std::string& address, std::uint32_t interface) {
  ndmsg head{};
  head.ndm_family = family;
  head.ndm_ifindex = static_cast<int>(interface);
  RouteQuestion<ndmsg> question(RTM_GETNEIGH, head);
  question.add(NDA_DST, address);
  const auto answer = question.ask("neighbour");
  constexpr int kKnown = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;
  if (!answer || (answer->first.ndm_state & kKnown) == 0) return {};
  const auto found = answer->second.find(NDA_LLADDR);
  return found == answer->second.end() ? std::string() : found->second;
}

std::optional<unsigned short> hardware_type(std::uint32_t interface) {
  ifinfomsg head{};
  head.ifi_index = static_cast<int>(interface);
  const auto answer = RouteQuestion<ifinfomsg>(RTM_GETLINK, head).ask("link");
  return answer ? std::optional(answer->first.ifi_type) : std::nullopt;
}

// A mobile network's modem: whoever it is attached to, its network is the card's.
bool is_modem(const std::string& device, unsigned short type) {
  if (type == ARPHRD_PPP || type == ARPHRD_RAWIP) return true;
  std::ifstream facts("/sys/class/net/" + device + "/uevent");
  for (std::string line; std::getline(facts, line);) {
    if (line == "DEVTYPE=wwan") return true;
  }
  return false;
}

std::string network_of(unsigned char family, const std::string& hop, const Way& way) {
  const std::optional<unsigned short> type = hardware_type(way.interface);
  if (!type || *type == ARPHRD_LOOPBACK) return {};
  if (is_modem(way.device, *type)) return "modem " + way.device;
  const std::string router = hardware_address(family, hop, way.interface);
  return router.empty() ? std::string() : "router " + router + hop;
}

}  // namespace

Result<Way> way_to(const sockaddr* to, std::uint32_t interface) {
  const std::string destination = octets_of(to);
  if (destination.empty()) return fail(Errc::Unsupported, "route: no IP address");
  rtmsg head{};
  head.rtm_family = static_cast<unsigned char>(to->sa_family);
  head.rtm_dst_len = static_cast<unsigned char>(8 * destination.size());
  RouteQuestion<rtmsg> question(RTM_GETROUTE, head);
  question.add(RTA_DST, destination);
  if (interface != 0) question.add(RTA_OIF, raw(interface));
  TRY_ASSIGN(auto answer, question.ask("route"));
  Attributes& told = answer.second;
  Way way;
  way.interface = told.contains(RTA_OIF) ? read_as<std::uint32_t>(told[RTA_OIF]) : 0;
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(way.interface, name.data()) == nullptr) return fail(Errc::Unreachable, "route: no interface");
  way.device = name.data();
  way.source = told[RTA_PREFSRC];
  // On the link itself the next hop is who we call.
  way.network = network_of(head.rtm_family, told.contains(RTA_GATEWAY) ? told[RTA_GATEWAY] : destination, way);
  return way;
}

std::vector<Way> ways_to(const sockaddr* to) {
  std::vector<Way> ways;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return ways;
  std::set<std::uint32_t> seen;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    constexpr unsigned kUsable = IFF_UP | IFF_RUNNING;
    const bool usable = (each->ifa_flags & kUsable) == kUsable && (each->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable || each->ifa_addr == nullptr || each->ifa_addr->sa_family != to->sa_family) continue;
    const std::uint32_t interface = ::if_nametoindex(each->ifa_name);
    if (interface == 0 || !seen.insert(interface).second) continue;
    Result<Way> way = way_to(to, interface);
    if (way && way->interface == interface) ways.push_back(std::move(*way));
  }
  ::freeifaddrs(all);
  return ways;
}

}  // namespace booster::platform
