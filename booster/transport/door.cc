#include "booster/transport/door.h"

#include <algorithm>
#include <cstring>

namespace booster::transport {
namespace {

constexpr std::size_t kLeastFirstId = 8;
constexpr Duration kPathToldEvery = std::chrono::seconds(3);
constexpr double kPathToldChange = .3;    // of the rate
constexpr std::size_t kMostAnswers = 64;  // that wait to be sent; a flood's are not worth more

crypto::Secret key_from(const crypto::Secret& secret, std::string_view label) {
  return packet::expand(secret, label, packet::kSecretSize);
}

// Damaged on the way, or made up: it would make a connection with a wrong id, which the real one could not enter.
bool is_genuine(const packet::Packet& head, ByteView datagram) {
  const ByteView packet = datagram.subspan(head.begin, head.end - head.begin);
  Bytes copy(packet.begin(), packet.end());  // it is opened in place
  return LongKeys(head.destination, Role::Gateway).open(copy, head.number_at, std::nullopt).has_value();
}

}  // namespace

Door::Door(const crypto::Secret& secret, HandshakeMaker& maker, Entropy& entropy, std::chrono::seconds wall,
           TimePoint now, DoorLimits limits)
    : reset_key_(key_from(secret, "reset")),
      token_key_(key_from(secret, "token")),
      maker_(maker),
      entropy_(entropy),
      wall_(wall),
      began_(now),
      limits_(limits) {}

std::chrono::seconds Door::wall(TimePoint now) const {
  return wall_ + std::chrono::duration_cast<std::chrono::seconds>(now - began_);
}

Door::Guest* Door::guest_of(const packet::ConnectionId& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

void Door::on_datagram(const Route& route, std::span<std::byte> bytes, Ecn ecn, TimePoint now) {
  packet::PacketReader reader(bytes);
  const Result<std::optional<packet::Packet>> first = reader.next();
  if (!first || !*first) return;
  const packet::Packet& head = **first;
  if (Guest* const guest = guest_of(head.destination)) {
    guest->connection->on_datagram(route, bytes, ecn, now);
    return after(*guest, now);
  }
  if (head.kind == packet::Kind::Handshake && bytes.size() >= path::kLeastDatagram) {
    return let_in(head, route, bytes, ecn, now);
  }
  answer_unknown(head, route, bytes.size());
}

std::optional<packet::AddressToken> Door::token_of(const packet::Packet& head, const Route& route, TimePoint now) {
  if (head.token.empty()) return std::nullopt;
  const Result<packet::AddressToken> token = token_key_.open_token(head.token);
  if (!token || token->client.ip != route.remote.ip) return std::nullopt;
  const bool retry = token->kind == packet::TokenKind::Retry;
  if (retry && token->client.port != route.remote.port) return std::nullopt;
  const auto age = wall(now) - token->issued;
  const Duration most = retry ? limits_.retry_token : limits_.next_token;
  if (age < std::chrono::seconds(-1) || age > most) return std::nullopt;
  return *token;
}

void Door::let_in(const packet::Packet& head, const Route& route, std::span<std::byte> bytes, Ecn ecn, TimePoint now) {
  const std::optional<packet::AddressToken> token = token_of(head, route, now);
  if (guests_.size() >= limits_.connections || half_open_ >= limits_.half_open) return;
  // RFC 9000 §7.2: ids that a newcomer makes up are longer than ours, so that they never stand in their place.
  const bool retried = token && token->kind == packet::TokenKind::Retry;
  if (head.destination.size() < (retried ? packet::kIdSize : kLeastFirstId) || head.source.size() != packet::kIdSize)
    return;
  if (!token && half_open_ >= limits_.retry_above) return ask_to_prove(head, route, now);
  if (!is_genuine(head, bytes)) return;
  Settings settings;
  settings.role = Role::Gateway;
  settings.reset_key = &reset_key_;
  settings.keyed_destination = head.destination;
  settings.first_destination = retried ? token->original_destination : head.destination;
  settings.client_id = head.source;
  settings.address_proved = token.has_value();
  if (token && token->rate.value > 0) settings.remembered = rate::Remembered{token->rate, token->rtt};

  auto guest = std::make_unique<Guest>();
  if (settings.remembered) guest->told = *settings.remembered;
  guest->handshake = maker_.make_handshake();
  guest->connection = std::make_unique<Connection>(settings, *guest->handshake, entropy_, route, now);
  // Until the client has our id it sends to the one it made up.
  guest->ids.push_back(head.destination);
  by_id_[head.destination] = guest.get();
  ++half_open_;
  Guest& here = *guest;
  guests_.emplace(here.connection.get(), std::move(guest));
  here.connection->on_datagram(route, bytes, ecn, now);
  after(here, now);
}

void Door::ask_to_prove(const packet::Packet& head, const Route& route, TimePoint now) {
  if (answers_.size() >= kMostAnswers) return;
  packet::AddressToken token;
  token.kind = packet::TokenKind::Retry;
  token.client = route.remote;
  token.issued = wall(now);
  token.original_destination = head.destination;
  entropy_.fill(token.random);
  std::array<std::byte, packet::TokenKey::kMaxSize> sealed;
  const std::size_t size = token_key_.make_token(sealed, token);
  std::array<std::byte, packet::kIdSize> id;
  entropy_.fill(id);
  Bytes bytes(path::kLeastDatagram);
  const packet::RetryAnswer retry{head.source, *packet::ConnectionId::from(id), head.destination,
                                  ByteView(sealed).first(size)};
  bytes.resize(packet::write_retry(bytes, retry));
  if (!bytes.empty()) answers_.push_back({route, std::move(bytes)});
}

void Door::answer_unknown(const packet::Packet& head, const Route& route, std::size_t size) {
  if (answers_.size() >= kMostAnswers) return;
  Bytes bytes(path::kLeastDatagram);
  if (head.kind == packet::Kind::OtherVersion && size >= path::kLeastDatagram) {
    constexpr std::array<std::uint32_t, 1> known{packet::kVersion};
    bytes.resize(packet::write_version_negotiation(bytes, head.source, head.destination, known));
  } else if (head.kind == packet::Kind::Short) {
    std::array<std::byte, packet::kResetRandom> random;
    entropy_.fill(random);
    bytes.resize(packet::write_stateless_reset(bytes, size, packet::reset_token(reset_key_, head.destination), random));
  } else {
    return;
  }
  if (!bytes.empty()) answers_.push_back({route, std::move(bytes)});
}

void Door::give_token(Guest& guest, const Route& route, TimePoint now) {
  packet::AddressToken token;
  token.kind = packet::TokenKind::NextConnection;
  token.client = route.remote;
  token.issued = wall(now);
  entropy_.fill(token.random);
  token.rate = guest.told.rate;
  token.rtt = std::chrono::duration_cast<std::chrono::milliseconds>(guest.told.rtt);
  guest.told_at = now;
  std::array<std::byte, packet::TokenKey::kMaxSize> sealed;
  guest.connection->give_token(ByteView(sealed).first(token_key_.make_token(sealed, token)));
}

// What its path takes goes into the client's next token, so that its next connection begins there.
void Door::note_path(Guest& guest, TimePoint now) {
  if (!guest.open || guest.forgotten || guest.connection->closed() || now - guest.told_at < kPathToldEvery) return;
  const std::optional<rate::Remembered> known = guest.connection->remember();
  if (!known) return;
  const double change = static_cast<double>(known->rate.value) / static_cast<double>(guest.told.rate.value + 1);
  if (change > 1 - kPathToldChange && change < 1 / (1 - kPathToldChange)) return;
  guest.told = *known;
  give_token(guest, guest.connection->active().route, now);
}

Connection* Door::next_touched() {
  if (touched_.empty()) return nullptr;
  Connection* const next = touched_.front();
  touched_.pop_front();
  guests_.at(next)->touched = false;
  return next;
}

void Door::drain_events(Guest& guest, TimePoint now) {
  if (!guest.touched) {
    guest.touched = true;
    touched_.push_back(guest.connection.get());
  }
  while (std::optional<Event> event = guest.connection->next_event()) {
    if (const auto* added = std::get_if<IdAdded>(&*event)) {
      guest.ids.push_back(added->id);
      by_id_[added->id] = &guest;
      continue;
    }
    if (const auto* retired = std::get_if<IdRetired>(&*event)) {
      std::erase(guest.ids, retired->id);
      by_id_.erase(retired->id);
      continue;
    }
    const bool over = std::holds_alternative<Closed>(*event);
    if (!guest.open && (over || std::holds_alternative<Established>(*event))) {
      guest.open = true;
      --half_open_;
    }
    if (std::holds_alternative<Established>(*event)) {
      // It has our id by now; the one it made up is not needed any more.
      by_id_.erase(guest.ids.front());
      guest.ids.erase(guest.ids.begin());
      give_token(guest, guest.connection->active().route, now);
    }
    events_.emplace_back(guest.connection.get(), std::move(*event));
  }
}

void Door::after(Guest& guest, TimePoint now) {
  drain_events(guest, now);
  note_path(guest, now);
  Connection* const connection = guest.connection.get();
  if (!guest.ready) {
    guest.ready = true;
    ready_.push_back(connection);
  }
  if (guest.forgotten) return;  // its deadline is that of its removal
  const TimePoint next = connection->next_deadline(now);
  if (next == guest.deadline) return;
  deadlines_.erase({guest.deadline, connection});
  guest.deadline = next;
  if (next != kNever) deadlines_.emplace(next, connection);
}

void Door::wake(Connection& connection) {
  const auto found = guests_.find(&connection);
  if (found == guests_.end() || found->second->ready) return;
  found->second->ready = true;
  ready_.push_back(&connection);
}

void Door::on_deadline(TimePoint now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Connection* const connection = deadlines_.begin()->second;
    Guest& guest = *guests_.at(connection);
    deadlines_.erase(deadlines_.begin());
    guest.deadline = kNever;
    if (guest.forgotten) {
      remove(guest);
      continue;
    }
    connection->on_deadline(now);
    drain_events(guest, now);
    wake(*connection);
  }
}

TimePoint Door::next_deadline() const {
  return deadlines_.empty() ? kNever : deadlines_.begin()->first;
}

DatagramRun Door::next_datagrams(std::span<std::byte> into, TimePoint now) {
  if (!answers_.empty()) {
    const Answer answer = std::move(answers_.front());
    answers_.pop_front();
    std::memcpy(into.data(), answer.bytes.data(), answer.bytes.size());
    return {answer.route, answer.bytes.size(), answer.bytes.size()};
  }
  while (!ready_.empty()) {
    Connection* const connection = ready_.front();
    ready_.pop_front();
    Guest& guest = *guests_.at(connection);
    guest.ready = false;
    const DatagramRun run = connection->next_datagrams(into, now);
    if (run.bytes > 0) {
      // One run each in turn: a large transfer does not hold up the others.
      guest.ready = true;
      ready_.push_back(connection);
      return run;
    }
    if (!guest.forgotten) {
      after(guest, now);
      if (guest.ready) {  // after() only noted the deadline: it has nothing more to send now
        guest.ready = false;
        ready_.pop_back();
      }
    }
  }
  return {};
}

void Door::on_too_large(const Route& route, std::size_t size, TimePoint now) {
  for (auto& [connection, guest] : guests_) connection->on_too_large(route, size, now);
}

std::optional<std::pair<Connection*, Event>> Door::next_event() {
  if (events_.empty()) return std::nullopt;
  std::pair<Connection*, Event> event = std::move(events_.front());
  events_.pop_front();
  return event;
}

// Not at once: who still sends is told the end for a while.
void Door::forget(Connection& connection, TimePoint now) {
  const auto found = guests_.find(&connection);
  if (found == guests_.end() || found->second->forgotten) return;
  Guest& guest = *found->second;
  guest.forgotten = true;
  deadlines_.erase({guest.deadline, &connection});
  guest.deadline = now + kDraining;
  deadlines_.emplace(guest.deadline, &connection);
  wake(connection);
}

Handshake& Door::handshake_of(Connection& connection) {
  return *guests_.at(&connection)->handshake;
}

void Door::remove(Guest& guest) {
  for (const packet::ConnectionId& id : guest.ids) by_id_.erase(id);
  if (!guest.open) --half_open_;
  std::erase(ready_, guest.connection.get());
  std::erase(touched_, guest.connection.get());
  std::erase_if(events_, [&](const auto& each) { return each.first == guest.connection.get(); });
  guests_.erase(guest.connection.get());
}

}  // namespace booster::transport
