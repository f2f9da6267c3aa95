#include "proxy/admin/control_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace proxy::admin {
namespace {

constexpr int kTimeoutSeconds = 120;  // `refresh` and `account add` wait for the link

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Result<> send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) return fail(Errc::Io, std::string("control socket: ") + std::strerror(errno), errno);
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> receive_all(int fd) {
  std::string all;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return fail(Errc::Timeout, "control socket: no answer within two minutes");
    if (count < 0) return fail(Errc::Io, std::string("control socket: ") + std::strerror(errno), errno);
    if (count == 0) return all;
    all.append(buffer, static_cast<std::size_t>(count));
    if (all.size() > kMaxReply) return fail(Errc::Limit, "control socket: answer too large");
  }
}

Errc code_of(const std::string& name) {
  for (int value = 0; value <= static_cast<int>(Errc::Unsupported); ++value)
    if (codec::to_string(static_cast<Errc>(value)) == name) return static_cast<Errc>(value);
  return Errc::Io;
}

Result<nlohmann::json> parse_reply(const std::string& reply) {
  const std::size_t body = reply.find("\r\n\r\n");
  int status = 0;
  if (body == std::string::npos || reply.size() < 12 || !reply.starts_with("HTTP/1."))
    return fail(Errc::Protocol, "control socket: no HTTP answer");
  std::from_chars(reply.data() + 9, reply.data() + 12, status);
  nlohmann::json json =
      nlohmann::json::parse(reply.begin() + static_cast<std::ptrdiff_t>(body + 4), reply.end(), nullptr, false);
  if (json.is_discarded()) return fail(Errc::Protocol, "control socket: no JSON in the answer");
  if (status == 200) return json;
  const std::string text = json.is_object() ? json.value("error", "refused") : "refused";
  return fail(json.is_object() ? code_of(json.value("code", "Io")) : Errc::Io, text);
}

Result<nlohmann::json> call(const std::string& path, const std::string& request) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path)
    return fail(Errc::Unreachable, "control socket " + path + ": the path is too long");
  std::memcpy(name.sun_path, path.data(), path.size());
  const Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    return fail(Errc::Unreachable, "no daemon answers at " + path + " (" + std::strerror(errno) + "): is it running?",
                errno);
  const timeval limit{kTimeoutSeconds, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  TRY(send_all(socket.fd(), request));
  TRY_ASSIGN(const std::string reply, receive_all(socket.fd()));
  return parse_reply(reply);
}

}  // namespace

Result<nlohmann::json> control_get(const std::string& socket, const std::string& path_and_query) {
  return call(socket, "GET " + path_and_query + " HTTP/1.1\r\nHost: packetboat\r\nConnection: close\r\n\r\n");
}

Result<nlohmann::json> control_post(const std::string& socket, const std::string& path, const nlohmann::json& body) {
  const std::string text = body.dump();
  return call(
      socket,
      "POST " + path +
          " HTTP/1.1\r\nHost: packetboat\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
          std::to_string(text.size()) + "\r\n\r\n" + text);
}

}  // namespace proxy::admin
