#include "booster/net/tcp.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "booster/net/uv_stream.h"
#include "booster/runtime/timer.h"

namespace booster::net {
namespace {

Errc code_of(int uv_error) {
  switch (uv_error) {
    case UV_ECONNREFUSED:
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
    case UV_ENETDOWN:
    case UV_ETIMEDOUT:
    case UV_EADDRNOTAVAIL:
    case UV_ENOENT:
      return Errc::Unreachable;
    case UV_ECANCELED:
      return Errc::Cancelled;
    default:
      return Errc::Io;
  }
}

class ConnectAwaiter final : public runtime::Leaf {
 public:
  ConnectAwaiter(UvStream& stream, const Address& address) : stream_(stream), address_(address) {}
  bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    if (!wait(self)) return false;
    auto* request = new uv_connect_t;
    request->data = this;
    request_ = request;
    auto done = [](uv_connect_t* ended, int status) {
      auto* me = static_cast<ConnectAwaiter*>(ended->data);
      delete ended;
      if (me == nullptr) return;
      me->request_ = nullptr;
      me->status_ = status;
      me->complete();
    };
    int rc = 0;
    if (address_.is_unix()) {
      uv_pipe_connect(request, reinterpret_cast<uv_pipe_t*>(stream_.handle()), address_.path().c_str(), done);
    } else {
      rc = uv_tcp_connect(request, reinterpret_cast<uv_tcp_t*>(stream_.handle()), address_.get(), done);
    }
    if (rc != 0) {
      delete request;
      request_ = nullptr;
      status_ = rc;
      complete();
    }
    return true;
  }
  int await_resume() { return cancelled() ? UV_ECANCELED : status_; }

 private:
  void abort() override {
    if (request_ != nullptr) request_->data = nullptr;
    request_ = nullptr;
  }
  UvStream& stream_;
  const Address& address_;
  uv_connect_t* request_ = nullptr;
  int status_ = 0;
};

class UvListener final : public Listener {
 public:
  UvListener(runtime::Loop& loop, uv_stream_t* handle, Address local)
      : loop_(loop), handle_(handle), local_(std::move(local)) {
    handle_->data = this;
  }
  ~UvListener() override { close(); }
  int listen() {
    return uv_listen(handle_, 511, [](uv_stream_t* server, int status) {
      auto* me = static_cast<UvListener*>(server->data);
      if (me == nullptr || status < 0) return;
      me->pending_ = true;  // taken from the kernel's queue only when somebody accepts
      me->change_.notify_all();
    });
  }
  Task<Result<StreamPtr>> accept() override {
    for (;;) {
      if (handle_ == nullptr) co_return fail(Errc::Closed, "listener");
      if (pending_) {
        pending_ = false;
        auto stream = local_.is_unix() ? UvStream::make_pipe(loop_) : UvStream::make_tcp(loop_);
        const int rc = uv_accept(handle_, stream->handle());
        if (rc == 0) {
          stream->opened();
          co_return StreamPtr(std::move(stream));
        }
      }
      CO_TRY(co_await change_.wait());
    }
  }
  Address local() const override { return local_; }
  void close() override {
    if (handle_ == nullptr) return;
    handle_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle_), [](uv_handle_t* handle) {
      if (handle->type == UV_NAMED_PIPE) {
        delete reinterpret_cast<uv_pipe_t*>(handle);
      } else {
        delete reinterpret_cast<uv_tcp_t*>(handle);
      }
    });
    handle_ = nullptr;
    change_.notify_all();
  }

 private:
  runtime::Loop& loop_;
  uv_stream_t* handle_;
  Address local_;
  bool pending_ = false;
  runtime::Notify change_;
};

// A socket file is stale when nobody answers on it.
bool socket_answers(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  const bool answers = ::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
  ::close(fd);
  return answers;
}

Result<uv_stream_t*> bind_unix(runtime::Loop& loop, const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return fail(Errc::Io, "listen on unix:" + path + ": the path is longer than 107 bytes");
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
    if (socket_answers(path)) return fail(Errc::Io, "listen on unix:" + path + ": another process serves it");
    ::unlink(path.c_str());
  }
  auto* pipe = new uv_pipe_t;
  CHECK(uv_pipe_init(loop.uv(), pipe, 0) == 0);
  const mode_t before = ::umask(0177);
  const int rc = uv_pipe_bind(pipe, path.c_str());
  ::umask(before);
  if (rc != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(pipe),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_pipe_t*>(handle); });
    return fail(Errc::Io, "listen on unix:" + path + ": " + uv_strerror(rc), -rc);
  }
  return reinterpret_cast<uv_stream_t*>(pipe);
}

Result<uv_stream_t*> bind_tcp(runtime::Loop& loop, const Address& address) {
  auto* tcp = new uv_tcp_t;
  CHECK(uv_tcp_init(loop.uv(), tcp) == 0);
  const int rc = uv_tcp_bind(tcp, address.get(), address.family() == AF_INET6 ? UV_TCP_IPV6ONLY : 0);
  if (rc != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(tcp),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
    return fail(Errc::Io, "listen on " + address.to_string() + ": " + uv_strerror(rc), -rc);
  }
  return reinterpret_cast<uv_stream_t*>(tcp);
}

Address local_of(uv_stream_t* handle, const Address& wanted) {
  if (wanted.is_unix()) return wanted;
  sockaddr_storage name{};
  int size = sizeof name;
  uv_tcp_getsockname(reinterpret_cast<uv_tcp_t*>(handle), reinterpret_cast<sockaddr*>(&name), &size);
  return Address::from(reinterpret_cast<const sockaddr*>(&name));
}

}  // namespace

Task<Result<StreamPtr>> connect(Address address) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto stream = address.is_unix() ? UvStream::make_pipe(*here.loop) : UvStream::make_tcp(*here.loop);
  const int status = co_await ConnectAwaiter(*stream, address);
  if (status != 0)
    co_return fail(code_of(status), "connect to " + address.to_string() + ": " + uv_strerror(status), -status);
  stream->opened();
  co_return StreamPtr(std::move(stream));
}

Result<StreamPtr> adopt_fd(runtime::Loop& loop, int fd) {
  auto stream = UvStream::make_pipe(loop);
  const int rc = uv_pipe_open(reinterpret_cast<uv_pipe_t*>(stream->handle()), fd);
  if (rc != 0) return fail(Errc::Io, std::string("adopt socket: ") + uv_strerror(rc), -rc);
  stream->opened();
  return StreamPtr(std::move(stream));
}

Result<std::unique_ptr<Listener>> Listener::open(runtime::Loop& loop, const Address& address) {
  TRY_ASSIGN(uv_stream_t * handle, address.is_unix() ? bind_unix(loop, address.path()) : bind_tcp(loop, address));
  auto listener = std::make_unique<UvListener>(loop, handle, local_of(handle, address));
  const int rc = listener->listen();
  if (rc != 0) return fail(Errc::Io, "listen on " + address.to_string() + ": " + uv_strerror(rc), -rc);
  return std::unique_ptr<Listener>(std::move(listener));
}

Task<Result<StreamPtr>> dial(std::string host, std::uint16_t port, runtime::Duration each) {
  CO_TRY_ASSIGN(const std::vector<Address> addresses, co_await resolve(host, port));
  Error last(Errc::NotFound, "resolve " + host + ": no address");
  for (const Address& address : addresses) {
    Result<StreamPtr> stream = co_await runtime::with_timeout(each, connect(address));
    if (stream) co_return stream;
    last = stream.error();
    if (last.code == Errc::Cancelled) break;
    if (last.code == Errc::Timeout) last = Error(Errc::Timeout, "connect to " + address.to_string() + ": no answer");
  }
  co_return tl::unexpected(last);
}

Result<std::pair<int, int>> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(Errc::Io, std::string("socketpair: ") + std::strerror(errno), errno);
  return std::pair(ends[0], ends[1]);
}

}  // namespace booster::net
