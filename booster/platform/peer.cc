#include "booster/platform/peer.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

namespace booster::platform {
namespace {

tl::unexpected<Error> peer_unknown(const char* what, int error = errno) {
  return fail(Errc::Io, std::string("peer: ") + what + ": " + std::generic_category().message(error), error);
}

// One end, IPv4 unmapped: a dual-stack listener sees ::ffff:127.0.0.1, the peer's socket is plain IPv4.
struct End {
  unsigned char family = AF_INET;
  std::array<std::uint32_t, 4> address{};  // network order, as the kernel lists it
  std::uint16_t port = 0;                  // network order
  friend bool operator==(const End&, const End&) = default;
};

std::optional<End> end_of(const sockaddr_storage& from) {
  End end;
  if (from.ss_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &from, sizeof in);
    end.address[0] = in.sin_addr.s_addr;
    end.port = in.sin_port;
    return end;
  }
  if (from.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 in6;
  std::memcpy(&in6, &from, sizeof in6);
  end.port = in6.sin6_port;
  if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
    std::memcpy(end.address.data(), &in6.sin6_addr.s6_addr[12], 4);
    return end;
  }
  end.family = AF_INET6;
  std::memcpy(end.address.data(), &in6.sin6_addr, 16);
  return end;
}

// A socket nobody holds any more (orphan, TIME_WAIT) and a listener found instead are listed with uid 0 or another's.
bool is_somebodys(unsigned state, unsigned long inode) {
  return inode != 0 && state != TCP_LISTEN && state != TCP_TIME_WAIT && state <= TCP_CLOSING;
}

class NetlinkSocket {
 public:
  NetlinkSocket() : fd_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {}
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;
  ~NetlinkSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

Question question_for(const End& theirs, const End& ours) {
  Question question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;  // one exact socket, no dump
  question.body.sdiag_family = theirs.family;
  question.body.sdiag_protocol = IPPROTO_TCP;
  question.body.idiag_states = ~0u;
  question.body.id.idiag_sport = theirs.port;
  question.body.id.idiag_dport = ours.port;
  std::memcpy(question.body.id.idiag_src, theirs.address.data(), 16);
  std::memcpy(question.body.id.idiag_dst, ours.address.data(), 16);
  question.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

bool matches(const inet_diag_msg& found, const End& theirs, const End& ours) {
  return found.id.idiag_sport == theirs.port && found.id.idiag_dport == ours.port &&
         is_somebodys(found.idiag_state, found.idiag_inode);
}

// Errors  Io: not to be asked here (a sandbox without netlink); NotFound: the kernel says there is none
Result<uid_t> ask_kernel(const End& theirs, const End& ours) {
  const NetlinkSocket socket;
  if (socket.fd() < 0) return peer_unknown("netlink");
  const timeval limit{1, 0};  // the kernel answers in the call; this only rules out waiting for ever
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const Question question = question_for(theirs, ours);
  if (::send(socket.fd(), &question, sizeof question, 0) != static_cast<ssize_t>(sizeof question)) {
    return peer_unknown("netlink");
  }
  alignas(nlmsghdr) std::array<char, 8192> answer;
  const ssize_t size = ::recv(socket.fd(), answer.data(), answer.size(), 0);
  if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) return peer_unknown("netlink");
  nlmsghdr header;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr error{};
    std::memcpy(&error, answer.data() + NLMSG_HDRLEN, std::min(sizeof error, answer.size() - NLMSG_HDRLEN));
    if (error.error != -ENOENT) return peer_unknown("netlink", -error.error);
    return fail(Errc::NotFound, "peer: its socket is gone");
  }
  inet_diag_msg found{};
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || static_cast<std::size_t>(size) < NLMSG_HDRLEN + sizeof found) {
    return peer_unknown("netlink", EPROTO);
  }
  std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
  if (!matches(found, theirs, ours)) return fail(Errc::NotFound, "peer: its socket is gone");
  return static_cast<uid_t>(found.idiag_uid);
}

// "0100007F:1F90": each word of the address as the machine's own integer, the port in host order.
std::string listed(const End& end) {
  std::string text;
  char part[16];
  for (std::size_t i = 0; i < (end.family == AF_INET ? 1u : 4u); ++i) {
    std::snprintf(part, sizeof part, "%08X", end.address[i]);
    text += part;
  }
  std::snprintf(part, sizeof part, ":%04X", ntohs(end.port));
  return text + part;
}

Result<uid_t> look_in_proc(const End& theirs, const End& ours) {
  std::ifstream table(theirs.family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6");
  const std::string wanted = listed(theirs) + " " + listed(ours) + " ";
  for (std::string line; std::getline(table, line);) {
    const std::size_t at = line.find(wanted);
    if (at == std::string::npos) continue;
    // st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
    unsigned state = 0;
    unsigned uid = 0;
    unsigned long inode = 0;
    const char* rest = line.c_str() + at + wanted.size();
    if (std::sscanf(rest, "%x %*x:%*x %*x:%*x %*x %u %*u %lu", &state, &uid, &inode) != 3) continue;
    if (is_somebodys(state, inode)) return static_cast<uid_t>(uid);
  }
  return fail(Errc::NotFound, "peer: its socket is gone");
}

}  // namespace

Result<uid_t> peer_uid(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return peer_unknown("credentials");
  if (peer.uid == static_cast<uid_t>(-1)) return fail(Errc::Unsupported, "peer: not a connected Unix socket");
  return peer.uid;
}

Result<uid_t> tcp_peer_uid(const sockaddr_storage& local, const sockaddr_storage& remote) {
  const std::optional<End> ours = end_of(local);
  const std::optional<End> theirs = end_of(remote);
  if (!ours || !theirs || ours->family != theirs->family) return fail(Errc::Unsupported, "peer: not an IP address");
  Result<uid_t> answer = ask_kernel(*theirs, *ours);
  if (answer || answer.error().code == Errc::NotFound) return answer;
  return look_in_proc(*theirs, *ours);
}

Result<uid_t> tcp_peer_uid(int fd) {
  sockaddr_storage local{};
  sockaddr_storage remote{};
  socklen_t size = sizeof local;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size) != 0) return peer_unknown("own address");
  size = sizeof remote;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&remote), &size) != 0) return peer_unknown("address");
  return tcp_peer_uid(local, remote);
}

}  // namespace booster::platform
