// Two connections wired back to back without a network, and someone who has their keys: what a peer that passed the
// exchange could send.
#pragma once
#include <algorithm>
#include <functional>
#include <vector>

#include "booster/session/session.h"
#include "booster/transport/connection.h"
#include "codec/base/check.h"
#include "tests/sim/ends/fake_handshake.h"

namespace booster::transport {

class Couple {
 public:
  static constexpr Duration kWay = std::chrono::milliseconds(10);

  explicit Couple(std::uint64_t seed = 7)
      : now(std::chrono::seconds(1000)), entropy_(seed), client_(entropy_, client_handshake_, client_route(), now) {
    client_.connection->greet(as_bytes("hello"));
    (void)client_.connection->attach(client_.session, now);
    client_.session.attach(now);
  }

  Connection& client() { return *client_.connection; }
  Connection& gateway() { return *gateway_->connection; }
  session::Session& client_session() { return client_.session; }
  session::Session& gateway_session() { return gateway_->session; }
  bool has_gateway() const { return gateway_ != nullptr; }
  bool has_keys() const { return keys_ != nullptr; }
  static Route client_route() { return {at(1), at(2)}; }
  static Route gateway_route() { return {at(2), at(1)}; }

  // Carries what both say, and lets time pass where they wait for it, until both know that there are keys.
  bool establish() {
    const auto done = [this] { return has_gateway() && client().confirmed() && gateway().established(); };
    for (int step = 0; step < 200 && !done(); ++step) run(kWay);
    run(std::chrono::milliseconds(300));
    take_events();
    return done();
  }

  // Each datagram arrives at once; `keep` may swallow it (false) or change it.
  using Meddle = std::function<bool(bool up, Bytes& datagram)>;
  void run(Duration length, const Meddle& keep = {}) {
    const TimePoint end = now + length;
    for (int spins = 0;; ++spins) {
      CHECK(spins < 100'000);
      if (exchange(keep)) continue;
      const TimePoint next =
          std::min(client().next_deadline(now), has_gateway() ? gateway().next_deadline(now) : kNever);
      if (next > end) break;
      now = std::max(now, next);
      client().on_deadline(now);
      if (has_gateway()) gateway().on_deadline(now);
    }
    now = end;
  }

  void take_events() {
    while (auto event = client().next_event()) client_events.push_back(std::move(*event));
    if (!has_gateway()) return;
    while (auto event = gateway().next_event()) gateway_events.push_back(std::move(*event));
  }

  // A packet under the client's keys, to the gateway on path 0; numbers far above the client's own.
  Bytes forged(ByteView payload) {
    Bytes packet(payload.size() + 64);
    packet::ShortHeader header;
    header.destination = ids_.gateway;
    header.number = {forged_++};
    const packet::HeaderPlace place = packet::write_header(packet, header);
    std::copy(payload.begin(), payload.end(), packet.begin() + static_cast<std::ptrdiff_t>(place.size));
    packet.resize(place.size + std::max<std::size_t>(payload.size(), 1) + packet::kTagSize);
    keys_->seal(packet, place, {0}, header.number);
    return packet;
  }
  void inject(ByteView payload, const Route& route = gateway_route()) {
    Bytes packet = forged(payload);
    gateway().on_datagram(route, packet, Ecn::NotEct, now);
  }
  void arrive(bool up, Bytes& datagram) {
    if (up && !has_gateway()) begin_gateway(datagram);
    note_ids(datagram);
    if (up && has_gateway()) gateway().on_datagram(gateway_route(), datagram, Ecn::NotEct, now);
    if (!up) client().on_datagram(client_route(), datagram, Ecn::NotEct, now);
  }
  static Bytes encoded(std::initializer_list<packet::frame::Frame> frames) {
    Bytes bytes;
    for (const auto& each : frames) {
      const std::size_t size = packet::frame::frame_size(each);
      bytes.resize(bytes.size() + size);
      packet::frame::encode(std::span(bytes).last(size), each);
    }
    return bytes;
  }

  TimePoint now;
  std::vector<Event> client_events, gateway_events;
  std::size_t sent_down = 0;  // octets of the gateway

 private:
  struct End {
    End(Entropy& entropy, Handshake& handshake, const Route& route, TimePoint at, Settings settings = {})
        : session(settings.role), connection(std::make_unique<Connection>(settings, handshake, entropy, route, at)) {}
    session::Session session;
    std::unique_ptr<Connection> connection;
  };

  static Address at(int last) {
    Address address;
    address.ip[10] = address.ip[11] = std::byte{0xff};
    address.ip[15] = static_cast<std::byte>(last);
    address.port = 443;
    return address;
  }

  bool exchange(const Meddle& keep) {
    bool any = false;
    any = carry(client(), true, keep) || any;
    if (has_gateway()) any = carry(gateway(), false, keep) || any;
    return any;
  }

  bool carry(Connection& from, bool up, const Meddle& keep) {
    std::vector<std::byte> buffer(65536);
    const DatagramRun run = from.next_datagrams(buffer, now);
    for (std::size_t begin = 0; begin < run.bytes; begin += run.segment) {
      Bytes datagram(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
                     buffer.begin() + static_cast<std::ptrdiff_t>(std::min(begin + run.segment, run.bytes)));
      if (!up) sent_down += datagram.size();
      if (!keep || keep(up, datagram)) arrive(up, datagram);
    }
    return run.bytes > 0;
  }

  void begin_gateway(ByteView first) {
    packet::PacketReader reader(first);
    const auto head = reader.next();
    if (!head || !*head) return;
    Settings settings;
    settings.role = Role::Gateway;
    settings.reset_key = &reset_key_;
    settings.first_destination = settings.keyed_destination = (*head)->destination;
    settings.client_id = (*head)->source;
    ids_.first_destination = (*head)->destination;
    ids_.client = (*head)->source;
    gateway_ = std::make_unique<End>(entropy_, gateway_handshake_, gateway_route(), now, settings);
    gateway_->session.attach(now);
    (void)gateway_->connection->attach(gateway_->session, now);
  }

  // The ids on the wire are all that the fake exchange makes keys from.
  void note_ids(ByteView datagram) {
    packet::PacketReader reader(datagram);
    const auto head = reader.next();
    if (keys_ || !head || !*head || (*head)->kind != packet::Kind::Handshake || (*head)->source == ids_.client) return;
    ids_.gateway = (*head)->source;
    const crypto::Digest context = packet::exporter_context(ids_);
    const Bytes exported = client_handshake_.export_key(packet::kExporterLabel, context.view(), packet::kExportedSize);
    keys_ = std::make_unique<ShortKeys>(Aead::Aes128Gcm, packet::packet_secrets(exported), Role::Client);
  }

  sim::SeededEntropy entropy_;
  crypto::Secret reset_key_ = crypto::Secret::of_text("reset key");
  sim::FakeHandshake client_handshake_{Role::Client, {}};
  sim::FakeHandshake gateway_handshake_{Role::Gateway, {}};
  End client_;
  std::unique_ptr<End> gateway_;
  packet::ExchangedIds ids_;
  std::unique_ptr<ShortKeys> keys_;
  std::uint64_t forged_ = 1000;
};

}  // namespace booster::transport
