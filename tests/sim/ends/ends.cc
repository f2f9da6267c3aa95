#include "tests/sim/ends/ends.h"

namespace sim {
namespace {

constexpr std::chrono::seconds kWall{1'700'000'000};

// The session learns what the path carries, as a carrier tells it.
void tell_path(const transport::Connection& connection, session::Session& session) {
  const transport::path::Path& path = connection.active();
  if (path.rate && path.rtt.known()) session.set_path(path.rate->capacity(), path.rtt.smoothed());
}

}  // namespace

ClientEnd::ClientEnd(std::uint64_t seed, ClientSettings settings)
    : settings_(std::move(settings)),
      entropy_(seed_of(seed, "client entropy")),
      handshake_(settings_.exchanges->make_client()),
      session_(session::Role::Client, settings_.limits) {}

void ClientEnd::call(TimePoint now) {
  now_ = now;
  transport::Settings settings;
  settings.role = session::Role::Client;
  settings.remembered = settings_.remembered;
  settings.idle_life = settings_.idle_life;
  settings.token = settings_.token;
  connection_ = std::make_unique<transport::Connection>(settings, *handshake_, entropy_, settings_.route, now);
  session_.attach(now);
  session_.set_keepalive({});
  connection_->greet(booster::as_bytes("hello"));
  (void)connection_->attach(session_, now);
}

void ClientEnd::after(TimePoint now) {
  now_ = now;
  if (!called()) return;
  traffic_.pump(now);
  while (auto event = connection_->next_event()) {
    if (std::holds_alternative<transport::Established>(*event)) established_at_ = now;
    events_.push_back(std::move(*event));
  }
  tell_path(*connection_, session_);
}

void ClientEnd::on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) {
  booster::Bytes own(bytes.begin(), bytes.end());
  connection_->on_datagram(route, own, ecn, now);
  after(now);
}

void ClientEnd::on_deadline(TimePoint now) {
  connection_->on_deadline(now);
  after(now);
}

TimePoint ClientEnd::next_deadline() const {
  return connection_ == nullptr ? kNever : connection_->next_deadline(now_);
}

DatagramRun ClientEnd::next_datagrams(std::span<std::byte> into, TimePoint now) {
  if (!called()) return {};
  after(now);
  return connection_->next_datagrams(into, now);
}

GatewayEnd::GatewayEnd(std::uint64_t seed, std::shared_ptr<Exchanges> exchanges, transport::DoorLimits limits,
                       session::Limits session_limits)
    : entropy_(seed_of(seed, "gateway entropy")),
      exchanges_(std::move(exchanges)),
      limits_(limits),
      session_limits_(session_limits),
      secret_(booster::crypto::Secret::of_text("the gateway's secret")) {
  restart(kEpoch);
}

void GatewayEnd::restart(TimePoint now) {
  door_ = std::make_unique<transport::Door>(secret_, *exchanges_, entropy_, kWall, now, limits_);
  guests_.clear();
  order_.clear();
}

GatewayEnd::Guest* GatewayEnd::guest(std::size_t nth) {
  return nth < order_.size() ? guests_.at(order_[nth]).get() : nullptr;
}

transport::Connection* GatewayEnd::connection(std::size_t nth) {
  return nth < order_.size() ? order_[nth] : nullptr;
}

void GatewayEnd::after(TimePoint now) {
  while (auto next = door_->next_event()) {
    auto& [connection, event] = *next;
    if (std::holds_alternative<transport::GreetingBytes>(event)) {
      auto& guest = guests_[connection];
      if (guest && !guest->closed) continue;  // a later one may stand where one that is gone stood
      guest = std::make_unique<Guest>(session_limits_);
      order_.push_back(connection);
      guest->session.attach(now);
      guest->session.set_keepalive({});
      if (on_guest_) on_guest_(*guest);
      (void)connection->attach(guest->session, now);
      door_->wake(*connection);
    }
    if (const auto* closed = std::get_if<transport::Closed>(&event)) {
      if (const auto guest = guests_.find(connection); guest != guests_.end()) guest->second->closed = *closed;
      connection->detach();
      door_->forget(*connection, now);
      std::erase(order_, connection);
    }
  }
  for (auto& [connection, guest] : guests_) {
    if (guest->closed) continue;
    guest->traffic.pump(now);
    tell_path(*connection, guest->session);
    if (guest->session.has_frames(now)) door_->wake(*connection);
  }
}

void GatewayEnd::on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) {
  booster::Bytes own(bytes.begin(), bytes.end());
  door_->on_datagram(route, own, ecn, now);
  after(now);
}

void GatewayEnd::on_deadline(TimePoint now) {
  door_->on_deadline(now);
  after(now);
}

TimePoint GatewayEnd::next_deadline() const {
  return door_->next_deadline();
}

DatagramRun GatewayEnd::next_datagrams(std::span<std::byte> into, TimePoint now) {
  after(now);
  return door_->next_datagrams(into, now);
}

}  // namespace sim
