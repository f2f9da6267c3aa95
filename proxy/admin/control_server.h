// The daemon's control socket: HTTP + JSON on a Unix socket, for `packetboat status`, the tray and scripts.    Source:
// docs/operations.md
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "booster/runtime/fd_watch.h"
#include "booster/runtime/scope.h"

struct MHD_Daemon;

namespace proxy::admin {

using booster::runtime::Task;
using Json = nlohmann::json;

constexpr std::size_t kMaxBody = 256 * 1024;  // a request names a few tickets or addresses
constexpr unsigned kMaxConnections = 64;

struct Request {
  std::string path;
  std::map<std::string, std::string> query;
  Json body;  // of a POST; null without one
};

// An Error of a handler becomes {"error": what, "code": "Denied"} with a status code that fits.
using Handler = std::function<Task<Result<Json>>(Request)>;
using TextHandler = std::function<Task<Result<std::string>>(Request)>;

class ControlServer {
 public:
  // Mode 0600; only the daemon's own user and root are answered.
  //   Errors  Io: the path is too long, not ours, or another process serves it
  static Result<std::unique_ptr<ControlServer>> open(booster::runtime::Loop& loop, const std::string& path);
  ~ControlServer();

  void get(std::string path, Handler handler) { routes_["GET " + std::move(path)] = std::move(handler); }
  // An answer that is no JSON; its errors are.
  void get_text(std::string path, std::string type, TextHandler handler) {
    texts_["GET " + std::move(path)] = {std::move(type), std::move(handler)};
  }
  void post(std::string path, Handler handler) { routes_["POST " + std::move(path)] = std::move(handler); }

  Task<Result<>> serve();  // until cancelled

 private:
  struct Exchange;
  struct Text {
    std::string type;
    TextHandler handler;
  };
  friend struct Callbacks;
  explicit ControlServer(booster::runtime::Loop& loop) : loop_(loop) {}
  Task<Result<>> answer(Exchange& exchange);
  Task<Result<>> fill_reply(Exchange& exchange, const std::string& route);
  bool has_route(const std::string& route) const { return routes_.contains(route) || texts_.contains(route); }
  Task<Result<>> pump();
  void run_daemon();
  Task<Result<>> pump_after_resume();

  booster::runtime::Loop& loop_;
  std::string path_;
  MHD_Daemon* daemon_ = nullptr;
  std::map<std::string, Handler> routes_;
  std::map<std::string, Text> texts_;
  booster::runtime::TaskScope* handlers_ = nullptr;
  booster::runtime::Notify resumed_;
  bool resume_pending_ = false;
};

}  // namespace proxy::admin
