#include "tests/sim/ends/fake_handshake.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/crypto/kdf.h"

namespace sim {

using booster::transport::Role;

void SeededEntropy::fill(std::span<std::byte> into) {
  for (std::byte& each : into) each = static_cast<std::byte>(random_.next());
}

void FakeHandshake::say(char what, std::size_t size) {
  out_.insert(out_.end(), size, static_cast<std::byte>(what));
}

void FakeHandshake::begin() {
  if (role_ == Role::Client) say('C', flights_.client_hello);
}

std::size_t FakeHandshake::expected() const {
  if (role_ == Role::Gateway) return step_ == 0 ? flights_.client_hello : step_ == 1 ? flights_.client_finished : 0;
  return step_ == 0 ? flights_.gateway : flights_.ticket;
}

codec::Result<> FakeHandshake::on_bytes(codec::ByteView bytes) {
  for (const std::byte each : bytes) {
    const char want = role_ == Role::Gateway ? (step_ == 0 ? 'C' : 'F') : (step_ == 0 ? 'S' : 'T');
    if (each != static_cast<std::byte>(want))
      return codec::fail(codec::Errc::Protocol, "handshake: not the bytes expected");
    if (++taken_ < expected()) continue;
    taken_ = 0;
    ++step_;
    if (role_ == Role::Gateway) say(step_ == 1 ? 'S' : 'T', step_ == 1 ? flights_.gateway : flights_.ticket);
    if (role_ == Role::Client && step_ == 1) say('F', flights_.client_finished);
  }
  return {};
}

codec::Bytes FakeHandshake::export_key(std::string_view label, codec::ByteView context, std::size_t size) const {
  const auto secret = booster::crypto::hkdf(context, codec::as_bytes("fake"), label, size);
  const codec::ByteView bytes = secret.reveal();
  return codec::Bytes(bytes.begin(), bytes.end());
}

}  // namespace sim
