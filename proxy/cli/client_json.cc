#include "proxy/cli/client_json.h"

#include "proxy/cli/carried_json.h"
#include "proxy/cli/link_row.h"
#include "proxy/cli/version_info.h"

namespace proxy::cli {
namespace {

using nlohmann::json;

template <class Duration>
json seconds_or_null(const std::optional<Duration>& length) {
  if (!length) return nullptr;
  return std::chrono::duration_cast<std::chrono::seconds>(*length).count();
}

json since(const std::optional<client::WallTime>& moment) {
  if (!moment) return nullptr;
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - *moment).count();
}

json unix_time(const std::optional<client::WallTime>& moment) {
  if (!moment) return nullptr;
  return std::chrono::duration<double>(moment->time_since_epoch()).count();
}

bool synced(const client::AccountStatus& account, bool all_bodies) {
  const auto& progress = account.progress;
  return account.caught_up && progress.mailboxes_whole == progress.mailboxes &&
         progress.overviews == progress.messages && (!all_bodies || progress.bodies == progress.messages);
}

json account_json(const client::AccountStatus& account, bool all_bodies) {
  const auto& progress = account.progress;
  json last = json::array();
  for (const client::CarriedItem& item : account.last_carried) last.push_back(carried_json(item));
  return {{"address", account.address},
          {"login", std::string(client::to_string(account.login))},
          {"text", account.text},
          {"server", account.server},
          {"submission_size", account.submission_size},
          {"synced", synced(account, all_bodies)},
          {"caught_up", account.caught_up},
          {"arrived_unasked", account.arrived_unasked},
          {"last_contact_seconds", since(account.last_contact)},
          {"confirmed", unix_time(account.confirmed)},
          {"confirmed_as_of", unix_time(account.confirmed_as_of)},
          {"confirmed_as_of_seconds", since(account.confirmed_as_of)},
          {"progress",
           {{"mailboxes", progress.mailboxes},
            {"mailboxes_whole", progress.mailboxes_whole},
            {"messages", progress.messages},
            {"overviews", progress.overviews},
            {"bodies", progress.bodies},
            {"content_bytes", progress.content_bytes}}},
          {"queue",
           {{"submissions", account.queue.submissions},
            {"operations", account.queue.operations},
            {"held", account.queue.held},
            {"octets", account.queue.octets}}},
          {"bytes",
           {{"raw_received", account.raw_received},
            {"coded_received", account.coded_received},
            {"mixed_received", account.mixed_received},
            {"raw_sent", account.raw_sent},
            {"coded_sent", account.coded_sent}}},
          {"fetched", {{"awaited", account.awaited}, {"twice", account.passed_over}}},
          {"references", {{"used", account.referred}, {"missing", account.not_here}}},
          {"carried",
           {{"down", carried_json(account.carried_down)}, {"up", carried_json(account.carried_up)}, {"last", last}}}};
}

json session_json(const client::LinkStatus& link) {
  json session = {{"state", row_of(link).state},
                  {"gateway", link.gateway},
                  {"gateway_agent", link.gateway_agent},
                  {"mismatch", version_mismatch(link.gateway_agent, "this client", "the gateway")},
                  {"trouble", link.trouble},
                  {"sessions", link.sessions},
                  {"joins", link.joins},
                  {"via", link.via},
                  {"connections", link.carrier ? (link.beside ? 2 : 1) : 0},
                  {"round_trip_ms", link.round_trip ? json(link.round_trip->count()) : json()},
                  {"since_contact_seconds", seconds_or_null(link.since_contact)}};
  add_carrier_json(session, link.carrier);
  return session;
}

}  // namespace

json to_json(const client::ClientStatus& status, bool all_bodies) {
  json result = {{"side", "client"},
                 {"version", version_text()},
                 {"session", session_json(status.link)},
                 {"notices", status.notices},
                 {"secrets", status.secrets}};
  std::uint64_t items = 0;
  std::uint64_t held = 0;
  result["accounts"] = json::array();
  for (const client::AccountStatus& account : status.accounts) {
    result["accounts"].push_back(account_json(account, all_bodies));
    items += account.queue.submissions + account.queue.operations;
    held += account.queue.held;
  }
  result["queue"] = {{"items", items}, {"held", held}};
  return result;
}

json to_json(const queue::QueueEntry& entry, const std::string& account) {
  static constexpr const char* kStates[] = {"", "receiving", "stored", "sending", "done", "failed", "unknown"};
  json recipients = json::array();
  for (const sync::RecipientResult& recipient : entry.recipients)
    recipients.push_back({{"address", recipient.address},
                          {"state", kStates[static_cast<std::size_t>(recipient.state)]},
                          {"reply", recipient.reply}});
  return {{"id", entry.id},
          {"account", account},
          {"direction", entry.what == queue::QueueEntry::What::Body ? "down" : "up"},
          {"kind", entry.kind},
          {"mailbox", entry.mailbox},
          {"class", std::string(booster::schedule::to_string(entry.priority))},
          {"held", entry.held},
          {"state", entry.state},
          {"text", entry.text},
          {"count", entry.count},
          {"size", entry.size},
          {"bytes_left", entry.bytes_left},
          {"created", entry.created},
          {"recipients", recipients}};
}

}  // namespace proxy::cli
