#include "proxy/cli/client_routes.h"

#include "proxy/cli/client_json.h"

namespace proxy::cli {
namespace {

using admin::Json;
using admin::Request;
using booster::runtime::Task;
using client::Client;

std::string field(const Request& request, const char* name) {
  if (!request.body.is_object()) return "";
  const auto found = request.body.find(name);
  return found != request.body.end() && found->is_string() ? found->get<std::string>() : "";
}

bool flag(const Request& request, const char* name) {
  if (!request.body.is_object()) return false;
  const auto found = request.body.find(name);
  return found != request.body.end() && found->is_boolean() && found->get<bool>();
}

Task<Result<Json>> status(ClientParts& parts, Request) {
  CO_TRY_ASSIGN(const client::ClientStatus now, co_await parts.client.status());
  Json json = to_json(now, parts.config.bodies == config::Bodies::All);
  if (!parts.dialer.known()) json["session"]["trouble"] = parts.dialer.why_not().error().what;
  co_return json;
}

Task<Result<Json>> refresh(ClientParts& parts, Request request) {
  parts.tunnel.retry_now();
  CO_TRY(co_await parts.client.refresh(field(request, "address")));
  co_return Json::object();
}

Task<Result<Json>> paired(ClientParts& parts, Request) {
  CO_TRY(parts.dialer.reload());
  if (parts.tunnel.mux() != nullptr) parts.tunnel.mux()->close(Error(Errc::Closed, "paired anew"));
  parts.tunnel.retry_now();
  co_return Json::object();
}

// ---- queue

Task<Result<Json>> list_queue(ClientParts& parts, Request) {
  Json list = Json::array();
  for (Client::Served* served : parts.client.served()) {
    if (served->queue == nullptr) continue;
    const std::string address = served->account.address;
    CO_TRY_ASSIGN(const auto entries, co_await served->queue->list());
    for (const queue::QueueEntry& entry : entries) list.push_back(to_json(entry, address));
  }
  co_return list;
}

Task<Result<Json>> act_on_queue(ClientParts& parts, client::QueueVerb verb, Request request) {
  const std::string id = field(request, "id");
  if (id.empty()) co_return fail(Errc::Protocol, "name an entry: packetboat queue list shows them");
  for (Client::Served* served : parts.client.served()) {
    if (served->queue == nullptr) continue;
    CO_TRY_ASSIGN(const std::optional<std::string> said, co_await served->queue->act(verb, id));
    if (!said) continue;
    Json reply;
    reply["text"] = *said;
    co_return reply;
  }
  co_return fail(Errc::NotFound, "no entry " + id + " in the queue");
}

// ---- accounts

Task<Result<Json>> list_accounts(ClientParts& parts, Request) {
  Json list = Json::array();
  for (Client::Served* served : parts.client.served())
    list.push_back(
        Json{{"address", served->account.address}, {"server", served->account.server}, {"trouble", served->trouble}});
  co_return list;
}

Task<Result<Json>> add_account(ClientParts& parts, Request request) {
  auto password = booster::crypto::Secret::of_text(field(request, "password"));
  CO_TRY_ASSIGN(
      const client::Account account,
      co_await parts.client.add_account(field(request, "address"), field(request, "user"), std::move(password)));
  Json reply;
  reply["address"] = account.address;
  reply["server"] = account.server;
  co_return reply;
}

Task<Result<Json>> renew_password(ClientParts& parts, Request request) {
  auto password = booster::crypto::Secret::of_text(field(request, "password"));
  CO_TRY(co_await parts.client.renew_password(field(request, "address"), std::move(password)));
  co_return Json::object();
}

Task<Result<Json>> remove_account(ClientParts& parts, Request request) {
  CO_TRY(
      co_await parts.faces.pause_for(parts.client.remove_account(field(request, "address"), flag(request, "force"))));
  co_return Json::object();
}

Task<Result<Json>> show_account(ClientParts& parts, Request request) {
  const std::string address = field(request, "address");
  Client::Served* served = parts.client.find(address);
  if (served == nullptr)
    co_return fail(Errc::NotFound, address + " is not an account of this client: packetboat account add " + address);
  const auto* password = parts.client.accounts().face_password(served->account.number);
  if (password == nullptr) co_return fail(Errc::Corrupt, "the face password of " + address + " is missing");
  const booster::net::Address imap = parts.faces.imap();
  const booster::net::Address submission = parts.faces.submission();
  Json reply;
  reply["address"] = served->account.address;
  reply["user"] = served->account.address;
  reply["password"] = std::string(password->reveal_text());
  reply["imap_host"] = imap.host();
  reply["imap_port"] = imap.port();
  reply["submission_host"] = submission.host();
  reply["submission_port"] = submission.port();
  reply["tls"] = parts.faces.tls() ? "starttls" : "none";
  co_return reply;
}

}  // namespace

void add_routes(admin::ControlServer& control, ClientParts& parts) {
  control.get("/v1/status", [&parts](Request request) { return status(parts, std::move(request)); });
  control.post("/v1/refresh", [&parts](Request request) { return refresh(parts, std::move(request)); });
  control.post("/v1/paired", [&parts](Request request) { return paired(parts, std::move(request)); });
  control.get("/v1/queue", [&parts](Request request) { return list_queue(parts, std::move(request)); });
  for (const char* word : {"raise", "lower", "hold", "release", "cancel", "send-again", "take-as-sent"}) {
    control.post(std::string("/v1/queue/") + word, [&parts, verb = *client::queue_verb(word)](Request request) {
      return act_on_queue(parts, verb, std::move(request));
    });
  }
  control.get("/v1/accounts", [&parts](Request request) { return list_accounts(parts, std::move(request)); });
  control.post("/v1/accounts/add", [&parts](Request request) { return add_account(parts, std::move(request)); });
  control.post("/v1/accounts/password",
               [&parts](Request request) { return renew_password(parts, std::move(request)); });
  control.post("/v1/accounts/remove", [&parts](Request request) { return remove_account(parts, std::move(request)); });
  control.post("/v1/accounts/show", [&parts](Request request) { return show_account(parts, std::move(request)); });
}

}  // namespace proxy::cli
