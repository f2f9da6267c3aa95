// What is known of link and accounts, for display. Nothing here is guessed: a time that is not known is not there.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "booster/carrier/carrier.h"
#include "proxy/client/account_store.h"
#include "proxy/client/carried_log.h"

namespace proxy::client {

using WallTime = std::chrono::system_clock::time_point;

enum class LoginState : std::uint8_t {
  Offline,          // no session with the gateway
  NoPassword,       // none is stored: `packetboat account password`
  Asking,           // the login is under way
  WaitingForAgent,  // the gateway has no free agent yet
  Ongoing,          // logged in
  AgentLost,        // the agent's process died; it comes back by itself
  Refused,          // the mail server refused the password; waits for another
  Retrying,         // failed for another reason, tried again soon
  LoggedOff,        // by the person
};
std::string_view to_string(LoginState state);

struct LinkStatus {
  std::string state;          // down, connecting, up
  std::string gateway;        // host:port
  std::string gateway_agent;  // "packetboat 0.1.0"; empty: never met in this run
  std::string trouble;        // why the last try failed; empty: it did not
  std::uint64_t sessions = 0;
  std::uint64_t joins = 0;
  std::string via;                                         // host:port of the proxy that it goes through; empty: none
  bool beside = false;                                     // a second connection stands beside the first
  std::optional<booster::carrier::CarrierReport> carrier;  // upwards; nullopt: nothing carries now
  std::optional<std::chrono::milliseconds> round_trip;
  std::optional<std::chrono::seconds> since_contact;  // how long ago the gateway was heard
};

struct AccountStatus {
  std::string address;
  LoginState login = LoginState::Offline;
  std::string text;    // the gateway's or the server's words
  std::string server;  // host that serves the account
  std::uint64_t submission_size = 0;
  std::optional<WallTime> last_contact;  // anything of this account came from the agent
  // "Nothing else changed": when the last confirmation came, and the moment that it speaks of (the question's).
  std::optional<WallTime> confirmed;
  std::optional<WallTime> confirmed_as_of;
  bool caught_up = false;  // a confirmation came in this session: the first delta is applied
  replica::SyncProgress progress;
  std::uint64_t arrived_unasked = 0;  // bodies that came with their rows, since the start
  QueueCounts queue;
  std::uint64_t raw_received = 0;    // octets before compression
  std::uint64_t mixed_received = 0;  // of raw_received, by context mixing
  std::uint64_t referred = 0;        // items, either way, coded against mail that both ends hold
  std::uint64_t not_here = 0;        // against mail that the receiver lacked: once more without
  std::uint64_t awaited = 0;         // bodies that a program asked for and policy had under way
  std::uint64_t passed_over = 0;     // octets of bodies that crossed twice
  std::uint64_t coded_received = 0;  // of mail streams, as they crossed the link
  std::uint64_t raw_sent = 0;
  std::uint64_t coded_sent = 0;
  Carried carried_down;  // since the start
  Carried carried_up;
  std::vector<CarriedItem> last_carried;  // the newest stands last
};

struct ClientStatus {
  LinkStatus link;
  std::vector<AccountStatus> accounts;
  std::vector<std::string> notices;
  std::string secrets;  // where passwords rest
};

}  // namespace proxy::client
