#include "proxy/admin/control_server.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "booster/platform/peer.h"
#include "booster/runtime/timer.h"

namespace proxy::admin {
namespace {

unsigned status_of(Errc code) {
  switch (code) {
    case Errc::NotFound:
      return 404;
    case Errc::Denied:
      return 403;
    case Errc::Conflict:
      return 409;
    case Errc::Protocol:
      return 400;
    case Errc::Limit:
      return 413;
    case Errc::Unsupported:
      return 501;
    case Errc::Unreachable:
    case Errc::Timeout:
      return 503;
    default:
      return 500;
  }
}

bool answers(const sockaddr_un& name) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  ::close(fd);
  return connected;
}

Result<int> listen_on(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path)
    return fail(Errc::Io, "control socket " + path + ": the path is longer than 107 bytes");
  std::memcpy(name.sun_path, path.data(), path.size());
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
    if (answers(name)) return fail(Errc::Io, "control socket " + path + ": another packetboat serves it");
    ::unlink(path.c_str());
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(Errc::Io, "control socket: " + std::string(std::strerror(errno)), errno);
  const mode_t before = ::umask(0177);
  const int rc = ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  const int error = errno;
  ::umask(before);
  if (rc != 0 || ::listen(fd, 16) != 0) {
    ::close(fd);
    return fail(Errc::Io, "control socket " + path + ": " + std::strerror(error), error);
  }
  return fd;
}

}  // namespace

struct ControlServer::Exchange {
  ControlServer* server = nullptr;
  MHD_Connection* connection = nullptr;
  std::string method;
  Request request;
  std::string upload;
  bool too_large = false;
  bool started = false;
  bool answered = false;
  unsigned status = 200;
  std::string type = "application/json";
  std::string reply;
};

struct Callbacks {
  static MHD_Result on_query(void* into, MHD_ValueKind, const char* key, const char* value) {
    static_cast<ControlServer::Exchange*>(into)->request.query[key] = value == nullptr ? "" : value;
    return MHD_YES;
  }

  static bool allowed(MHD_Connection* connection) {
    const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == nullptr) return false;
    const auto uid = booster::platform::peer_uid(info->connect_fd);
    return uid && (*uid == ::geteuid() || *uid == 0);
  }

  static MHD_Result send(ControlServer::Exchange& exchange) {
    MHD_Response* response =
        MHD_create_response_from_buffer(exchange.reply.size(), exchange.reply.data(), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", exchange.type.c_str());
    const MHD_Result queued = MHD_queue_response(exchange.connection, exchange.status, response);
    MHD_destroy_response(response);
    return queued;
  }

  static MHD_Result refuse(ControlServer::Exchange& exchange, unsigned status, const char* text) {
    exchange.status = status;
    exchange.reply = Json{{"error", text}}.dump();
    return send(exchange);
  }

  static MHD_Result on_access(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                              const char* upload, std::size_t* upload_size, void** state) {
    auto* server = static_cast<ControlServer*>(self);
    auto* exchange = static_cast<ControlServer::Exchange*>(*state);
    if (exchange == nullptr) {
      exchange = new ControlServer::Exchange;
      exchange->server = server;
      exchange->connection = connection;
      exchange->method = method;
      exchange->request.path = url;
      MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &on_query, exchange);
      *state = exchange;
      return MHD_YES;
    }
    if (*upload_size > 0) {
      if (exchange->upload.size() + *upload_size > kMaxBody) {
        exchange->too_large = true;
      } else {
        exchange->upload.append(upload, *upload_size);
      }
      *upload_size = 0;
      return MHD_YES;
    }
    if (exchange->answered) return send(*exchange);
    if (exchange->started) return MHD_YES;
    return start(*server, *exchange);
  }

  static MHD_Result start(ControlServer& server, ControlServer::Exchange& exchange) {
    if (!allowed(exchange.connection)) return refuse(exchange, 403, "not your daemon");
    if (exchange.too_large) return refuse(exchange, 413, "request body too large");
    if (!exchange.upload.empty()) {
      exchange.request.body = Json::parse(exchange.upload, nullptr, false);
      if (exchange.request.body.is_discarded()) return refuse(exchange, 400, "request body is no JSON");
    }
    if (!server.has_route(exchange.method + " " + exchange.request.path) || server.handlers_ == nullptr)
      return refuse(exchange, 404, "no such request");
    exchange.started = true;
    MHD_suspend_connection(exchange.connection);
    server.handlers_->spawn("control request", server.answer(exchange));
    return MHD_YES;
  }

  static void on_done(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<ControlServer::Exchange*>(*state);
    *state = nullptr;
  }
};

Result<std::unique_ptr<ControlServer>> ControlServer::open(booster::runtime::Loop& loop, const std::string& path) {
  TRY_ASSIGN(const int fd, listen_on(path));
  std::unique_ptr<ControlServer> server(new ControlServer(loop));
  server->path_ = path;
  server->daemon_ = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
                                     &Callbacks::on_access, server.get(), MHD_OPTION_LISTEN_SOCKET, fd,
                                     MHD_OPTION_CONNECTION_LIMIT, kMaxConnections, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
                                     MHD_OPTION_NOTIFY_COMPLETED, &Callbacks::on_done, nullptr, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    ::close(fd);
    ::unlink(path.c_str());
    return fail(Errc::Io, "control socket " + path + ": the HTTP server did not start");
  }
  return server;
}

ControlServer::~ControlServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  ::unlink(path_.c_str());
}

Task<Result<>> ControlServer::fill_reply(Exchange& exchange, const std::string& route) {
  if (const auto text = texts_.find(route); text != texts_.end()) {
    CO_TRY_ASSIGN(exchange.reply, co_await text->second.handler(exchange.request));
    exchange.type = text->second.type;
    co_return Result<>();
  }
  CO_TRY_ASSIGN(const Json json, co_await routes_.at(route)(exchange.request));
  exchange.reply = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  co_return Result<>();
}

Task<Result<>> ControlServer::answer(Exchange& exchange) {
  const Result<> filled = co_await fill_reply(exchange, exchange.method + " " + exchange.request.path);
  if (!filled) {
    exchange.status = status_of(filled.error().code);
    exchange.reply =
        Json{{"error", filled.error().what}, {"code", std::string(codec::to_string(filled.error().code))}}.dump(
            -1, ' ', false, Json::error_handler_t::replace);
  }
  exchange.answered = true;
  MHD_resume_connection(exchange.connection);
  resume_pending_ = true;
  resumed_.notify_all();
  co_return Result<>();
}

Task<Result<>> ControlServer::serve() {
  const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
  auto ignore = [](const std::string&, const Error&) {};
  booster::runtime::TaskScope pumps(loop_, *here.scope, ignore);
  booster::runtime::TaskScope handlers(loop_, *here.scope, ignore);
  handlers_ = &handlers;
  pumps.spawn("control resumed", pump_after_resume());
  const Result<> end = co_await pump();
  handlers_ = nullptr;
  handlers.cancel();
  co_await handlers.join();
  pumps.cancel();
  co_await pumps.join();
  run_daemon();
  co_return end;
}

// MHD says with a zero time-out that it has more to do at once, such as hanging up after an answer.
void ControlServer::run_daemon() {
  MHD_UNSIGNED_LONG_LONG timeout = 0;
  do {
    MHD_run(daemon_);
  } while (MHD_get_timeout(daemon_, &timeout) == MHD_YES && timeout == 0);
}

Task<Result<>> ControlServer::pump() {
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
  CHECK(info != nullptr);
  booster::runtime::FdWatch watch(loop_, info->epoll_fd);
  for (;;) {
    CO_TRY(co_await watch.readable());
    run_daemon();
  }
}

Task<Result<>> ControlServer::pump_after_resume() {
  for (;;) {
    while (!std::exchange(resume_pending_, false)) CO_TRY(co_await resumed_.wait());
    run_daemon();
  }
}

}  // namespace proxy::admin
