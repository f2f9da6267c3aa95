// A key exchange of the sizes of TLS 1.3's flights, without its cryptography: for the thousands of worlds. It checks
// what the real one would notice: bytes that are not the peer's, in their order.
#pragma once
#include <memory>

#include "booster/transport/door.h"
#include "booster/transport/entropy.h"
#include "booster/transport/handshake.h"
#include "tests/sim/fabric/random.h"

namespace sim {

class SeededEntropy final : public booster::transport::Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}
  void fill(std::span<std::byte> into) override;

 private:
  Random random_;
};

class FakeHandshake final : public booster::transport::Handshake {
 public:
  struct Flights {
    std::size_t client_hello = 320;
    std::size_t gateway = 900;
    std::size_t client_finished = 74;  // with a device's certificate some 700
    std::size_t ticket = 250;
  };
  FakeHandshake(booster::transport::Role role, const Flights& flights) : role_(role), flights_(flights) { begin(); }

  codec::Result<> on_bytes(codec::ByteView bytes) override;
  codec::Bytes take_bytes() override { return std::exchange(out_, {}); }
  bool has_keys() const override { return role_ == booster::transport::Role::Gateway ? step_ >= 1 : step_ >= 1; }
  bool finished() const override { return role_ == booster::transport::Role::Gateway ? step_ >= 2 : step_ >= 1; }
  booster::transport::Aead aead() const override { return booster::transport::Aead::Aes128Gcm; }
  codec::Bytes export_key(std::string_view label, codec::ByteView context, std::size_t size) const override;
  codec::Bytes peer_parameters() const override { return {}; }
  bool resumed() const override { return false; }

 private:
  void begin();
  void say(char what, std::size_t size);
  std::size_t expected() const;

  booster::transport::Role role_;
  Flights flights_;
  int step_ = 0;
  std::size_t taken_ = 0;
  codec::Bytes out_;
};

// Makes the ends of key exchanges of a world.
class Exchanges : public booster::transport::HandshakeMaker {  // a gateway's
 public:
  virtual std::unique_ptr<booster::transport::Handshake> make_client() = 0;
};

class FakeExchanges final : public Exchanges {
 public:
  explicit FakeExchanges(const FakeHandshake::Flights& flights = {}) : flights_(flights) {}
  std::unique_ptr<booster::transport::Handshake> make_client() override {
    return std::make_unique<FakeHandshake>(booster::transport::Role::Client, flights_);
  }
  std::unique_ptr<booster::transport::Handshake> make_handshake() override {
    return std::make_unique<FakeHandshake>(booster::transport::Role::Gateway, flights_);
  }

 private:
  FakeHandshake::Flights flights_;
};

}  // namespace sim
