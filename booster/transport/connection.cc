// The connection's life: ids, keys, establishment, end.
#include "booster/transport/connection.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "codec/base/check.h"

namespace booster::transport {
namespace {

constexpr std::size_t kFirstDestination = 8;  // octets, RFC 9000 §7.2

}  // namespace

Connection::Connection(Settings settings, Handshake& handshake, Entropy& entropy, const Route& route, TimePoint now)
    : settings_(std::move(settings)),
      handshake_(handshake),
      entropy_(entropy),
      began_(now),
      token_(settings_.token),
      keepalive_(path::kUdpKeepalive, settings_.idle_life),
      ask_after_(path::kUdpKeepalive.first) {
  const packet::ConnectionId own = new_id();
  if (settings_.role == Role::Client) {
    Bytes random(kFirstDestination);
    entropy_.fill(random);
    ids_.first_destination = *packet::ConnectionId::from(random);
    ids_.client = own;
    long_destination_ = ids_.first_destination;
    long_ = std::make_unique<LongSpace>(ids_.first_destination, Role::Client);
    address_proved_ = true;  // whom we call, we may send to
  } else {
    ids_.first_destination = settings_.first_destination;
    ids_.client = settings_.client_id;
    ids_.gateway = own;
    long_destination_ = ids_.client;
    long_ = std::make_unique<LongSpace>(settings_.keyed_destination, Role::Gateway);
    address_proved_ = settings_.address_proved;
    path_ids_.set_peer_id({0}, ids_.client);
  }
  path::Path& first = add_path({0}, route, own);
  if (settings_.role == Role::Gateway) first.theirs = ids_.client;
  drive_handshake(now);
}

Connection::~Connection() = default;

// What comes again and again is kept once, so that a peer cannot fill the list.
void Connection::tell(Event event) {
  Event* const last = events_.empty() ? nullptr : &events_.back();
  const auto* const bytes = std::get_if<GreetingBytes>(&event);
  if (last != nullptr && std::holds_alternative<TokenGiven>(*last) && std::holds_alternative<TokenGiven>(event)) {
    *last = std::move(event);
  } else if (auto* before = last != nullptr && bytes != nullptr ? std::get_if<GreetingBytes>(last) : nullptr) {
    before->bytes.insert(before->bytes.end(), bytes->bytes.begin(), bytes->bytes.end());
  } else {
    events_.push_back(std::move(event));
  }
}

std::optional<Event> Connection::next_event() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

packet::ConnectionId Connection::new_id() {
  std::array<std::byte, packet::kIdSize> random;
  entropy_.fill(random);
  return *packet::ConnectionId::from(random);
}

packet::ResetToken Connection::token_for(const packet::ConnectionId& id) {
  if (settings_.reset_key != nullptr) return packet::reset_token(*settings_.reset_key, id);
  packet::ResetToken token;
  entropy_.fill(token);
  return token;
}

path::Path& Connection::add_path(PathId id, const Route& route, const packet::ConnectionId& ours) {
  auto& slot = paths_[id];
  slot = std::make_unique<path::Path>(id, route, path::most_datagram(route.remote));
  slot->ours = ours;
  path_ids_.add_ours(id, ours);
  path_ids_.on_used(id);
  slot->heard = began_;
  slot->claimed = id.value == 0;
  if (id.value == 0) tell(IdAdded{ours});
  if (const path::PeerId* theirs = path_ids_.peer_id(id)) {
    slot->theirs = theirs->id;
    slot->reset = theirs->reset;
  }
  return *slot;
}

// What the exchange wants to say goes out, and what it has become is looked at.
void Connection::drive_handshake(TimePoint now) {
  const Bytes out = handshake_.take_bytes();
  if (!out.empty()) tls_.write(out);
  if (!keys_ && handshake_.has_keys() && !ids_.gateway.empty()) make_keys();
  if (keys_ && !established_ && handshake_.finished()) establish(now);
}

Result<> Connection::take_handshake(TimePoint now) {
  const Bytes bytes = tls_.take();
  if (bytes.empty()) return {};
  TRY(handshake_.on_bytes(bytes));
  drive_handshake(now);
  return {};
}

void Connection::make_keys() {
  const crypto::Digest context = packet::exporter_context(ids_);
  const Bytes exported = handshake_.export_key(packet::kExporterLabel, context.view(), packet::kExportedSize);
  keys_ = std::make_unique<ShortKeys>(handshake_.aead(), packet::packet_secrets(exported), settings_.role);
}

void Connection::establish(TimePoint now) {
  established_ = true;
  path::Path& path = active_path();
  path.validation.assume();
  start_rate(path);
  path.pacer.set_rate(path.rate->pacing(), path.mtu.size(), now);
  if (settings_.role == Role::Gateway) {
    address_proved_ = true;
    done_due_ = true;
    confirm(now);  // the client has all that the long packets held, or it could not have finished
  }
  ids_due_.push_back({0});  // the reset token of the first id
  issue_ids();
  tell(Established{});
  take_early(now);
}

void Connection::confirm(TimePoint now) {
  (void)now;
  if (!long_) return;
  tls_.on_acked(0, tls_.sent_to());  // who is finished has all of it
  long_.reset();
}

void Connection::start_rate(path::Path& path) {
  const rate::RoundTrip rtt{path.rtt.smoothed(), path.rtt.minimum()};
  const auto remembered = path.id.value == 0 ? settings_.remembered : std::nullopt;
  const auto hint = path.id.value == 0 ? pair_rate_ : std::nullopt;
  path.rate = std::make_unique<rate::RateController>(path.mtu.size(), rtt, hint, remembered);
}

void Connection::issue_ids() {
  while (path_ids_.wants_more()) {
    const PathId path = path_ids_.next_ours();
    const packet::ConnectionId id = new_id();
    path_ids_.add_ours(path, id);
    path_ids_.gave_ours();
    ids_due_.push_back(path);
    tell(IdAdded{id});
  }
}

void Connection::give_token(ByteView token) {
  token_to_give_.assign(token.begin(), token.end());
  token_due_ = true;
}

Result<> Connection::attach(session::FrameSource& source, TimePoint now) {
  source_ = &source;
  early_frame_bytes_ = 0;
  for (const Bytes& frames : std::exchange(early_frames_, {})) {
    TRY(source_->on_packet(frames, now));
  }
  return {};
}

void Connection::close(const Error& error, TimePoint now) {
  end(error, false, now);
}

void Connection::end(Error error, bool by_peer, TimePoint now) {
  if (end_) return;
  end_ = Closed{std::move(error), by_peer};
  if (watch_) watch_->on_closed(end_->error, by_peer, now);
  close_due_ = !by_peer;
  drained_at_ = now + kDraining;
  early_.clear();
  early_frames_.clear();
  tell(*end_);
}

void Connection::trace_to(trace::Observer* observer) {
  watch_ = observer == nullptr ? nullptr : std::make_unique<trace::Watch>(*observer);
}

bool Connection::is_proved(const Route& route) const {
  return std::any_of(paths_.begin(), paths_.end(), [&](const auto& each) {
    return each.second->route.remote == route.remote && proved(*each.second);
  });
}

std::optional<rate::Remembered> Connection::remember() const {
  const path::Path& path = active();
  return path.rate ? path.rate->remember() : std::nullopt;
}

}  // namespace booster::transport
