#include "booster/transport/key_use.h"

#include <algorithm>

namespace booster::transport {
namespace {

packet::Keys long_keys(const packet::ConnectionId& destination, Role sender) {
  return packet::derive_keys(Aead::Aes128Gcm, packet::handshake_secrets(destination).of(sender));
}

}  // namespace

LongKeys::LongKeys(const packet::ConnectionId& destination, Role role)
    : protect_(long_keys(destination, role)),
      unprotect_(long_keys(destination, session::other(role))),
      sealer_(long_keys(destination, role)),
      opener_(long_keys(destination, session::other(role))) {}

void LongKeys::seal(std::span<std::byte> packet, const packet::HeaderPlace& place, PacketNumber number) {
  sealer_.seal(kHandshakePath, number, packet, place.size);
  protect_.protect(packet, place);
}

Result<Opened> LongKeys::open(std::span<std::byte> packet, std::size_t number_at, std::optional<PacketNumber> largest) {
  TRY_ASSIGN(const packet::PlainHeader header, unprotect_.unprotect(packet, number_at, largest));
  TRY_ASSIGN(const std::span<std::byte> payload, opener_.open(kHandshakePath, header, packet));
  return Opened{header.number, payload};
}

ShortKeys::ShortKeys(Aead aead, const packet::SecretPair& secrets, Role role)
    : aead_(aead),
      protect_(packet::derive_keys(aead, secrets.of(role))),
      unprotect_(packet::derive_keys(aead, secrets.of(session::other(role)))),
      send_secret_(crypto::Secret::of(secrets.of(role).reveal())),
      receive_secret_(crypto::Secret::of(secrets.of(session::other(role)).reveal())),
      sealer_(packet::derive_keys(aead, send_secret_)),
      now_(std::make_unique<packet::Opener>(packet::derive_keys(aead, receive_secret_))),
      next_(std::make_unique<packet::Opener>(packet::derive_keys(aead, packet::next_secret(receive_secret_)))) {}

void ShortKeys::update() {
  send_secret_ = packet::next_secret(send_secret_);
  receive_secret_ = packet::next_secret(receive_secret_);
  sealer_ = packet::Sealer(packet::derive_keys(aead_, send_secret_));
  before_ = std::move(now_);
  now_ = std::move(next_);
  next_ = std::make_unique<packet::Opener>(packet::derive_keys(aead_, packet::next_secret(receive_secret_)));
  phase_ = !phase_;
  may_update_ = false;
  sealed_ = 0;
  begins_.clear();
}

void ShortKeys::seal(std::span<std::byte> packet, const packet::HeaderPlace& place, PathId path, PacketNumber number) {
  std::optional<PacketNumber>& begin = begins_[path.value].sent;
  if (!begin) begin = number;
  ++sealed_;
  sealer_.seal(path, number, packet, place.size);
  protect_.protect(packet, place);
}

// A packet of the other phase is an old one unless it stands behind one of this phase: then it begins the next.
ShortKeys::Era ShortKeys::era_of(bool phase, PathId path, PacketNumber number) const {
  if (phase == phase_) return Era::Now;
  if (!before_) return Era::Next;
  const auto begin = begins_.find(path.value);
  if (begin == begins_.end() || !begin->second.received) return Era::BeforeOrNext;
  return number > *begin->second.received ? Era::Next : Era::Before;
}

// A path on which nothing of this phase has come yet cannot tell: there the old key is tried on a copy.
Result<std::span<std::byte>> ShortKeys::open_with(Era& era, PathId path, const packet::PlainHeader& header,
                                                  std::span<std::byte> packet) {
  if (era == Era::BeforeOrNext) {
    Bytes copy(packet.begin(), packet.end());
    const bool old = before_->open(path, header, copy).has_value();
    era = old ? Era::Before : Era::Next;
  }
  packet::Opener& opener = era == Era::Now ? *now_ : era == Era::Before ? *before_ : *next_;
  return opener.open(path, header, packet);
}

Result<Opened> ShortKeys::open(std::span<std::byte> packet, std::size_t number_at, PathId path,
                               std::optional<PacketNumber> largest) {
  if (failed_ >= packet::kMaxFailedOpens) return fail(Errc::Limit, "so many forged packets that the key is worn out");
  TRY_ASSIGN(const packet::PlainHeader header, unprotect_.unprotect(packet, number_at, largest));
  Era era = era_of(header.key_phase, path, header.number);
  Result<std::span<std::byte>> payload = open_with(era, path, header, packet);
  if (!payload) {
    ++failed_;
    return tl::unexpected(std::move(payload).error());
  }
  if (era == Era::Next) update();
  if (header.key_phase == phase_) {
    std::optional<PacketNumber>& begin = begins_[path.value].received;
    begin = std::min(begin.value_or(header.number), header.number);
  }
  return Opened{header.number, *payload};
}

void ShortKeys::on_acked(PathId path, PacketNumber number) {
  const auto begin = begins_.find(path.value);
  if (begin != begins_.end() && begin->second.sent && number >= *begin->second.sent) may_update_ = true;
  if (may_update_ && sealed_ >= packet::kKeyPackets) update();
}

}  // namespace booster::transport
