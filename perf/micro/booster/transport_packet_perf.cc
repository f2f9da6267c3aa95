// Packets sealed and opened in place, header protection included: what one core can carry of the transport.
#include <benchmark/benchmark.h>

#include <vector>

#include "booster/crypto/digest.h"
#include "booster/transport/packet/frame.h"
#include "booster/transport/packet/protection.h"
#include "booster/transport/packet/token.h"

namespace {

using namespace booster::transport;
using namespace booster::transport::packet;

Keys some_keys(Aead aead) {
  return derive_keys(aead, booster::crypto::Secret::of(booster::crypto::sha256("somebody").view()));
}

ShortHeader some_header() {
  return {*ConnectionId::from(booster::as_bytes("packet")), false, {0}, 2};
}

void BM_SealAndOpen(benchmark::State& state, Aead aead) {
  const Keys keys = some_keys(aead);
  Sealer sealer(keys);
  Opener opener(keys);
  HeaderProtection sending(keys), receiving(keys);
  std::vector<std::byte> datagram(static_cast<std::size_t>(state.range(0)), std::byte{7});
  ShortHeader head = some_header();
  for (auto _ : state) {
    const HeaderPlace place = write_header(datagram, head);
    sealer.seal({0}, head.number, datagram, place.size);
    sending.protect(datagram, place);
    PacketReader packets(datagram);
    const std::size_t number_at = (*packets.next())->number_at;
    const auto plain = receiving.unprotect(datagram, number_at, head.number);
    if (!opener.open({0}, *plain, datagram)) state.SkipWithError("refused");
    head.number = head.number.next();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void BM_Seal(benchmark::State& state, Aead aead) {
  const Keys keys = some_keys(aead);
  Sealer sealer(keys);
  HeaderProtection sending(keys);
  std::vector<std::byte> datagram(static_cast<std::size_t>(state.range(0)), std::byte{7});
  ShortHeader head = some_header();
  for (auto _ : state) {
    const HeaderPlace place = write_header(datagram, head);
    sealer.seal({0}, head.number, datagram, place.size);
    sending.protect(datagram, place);
    head.number = head.number.next();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void BM_DecodeAck(benchmark::State& state) {
  std::vector<NumberRange> ranges;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i)
    ranges.push_back({{100000 - 10 * i}, {100000 - 10 * i + 5}});
  frame::Ack ack;
  ack.ranges = ranges;
  std::vector<std::byte> payload(frame::frame_size(ack));
  frame::encode(payload, ack);
  frame::Scratch scratch;
  for (auto _ : state) {
    booster::ByteReader in(payload);
    benchmark::DoNotOptimize(frame::decode(in, scratch));
  }
}

void BM_OpenToken(benchmark::State& state) {
  TokenKey key(booster::crypto::Secret::of_text("gateways"));
  std::vector<std::byte> token(TokenKey::kMaxSize);
  token.resize(key.make_token(token, {}));
  for (auto _ : state) benchmark::DoNotOptimize(key.open_token(token));
}

BENCHMARK_CAPTURE(BM_SealAndOpen, aes_128_gcm, Aead::Aes128Gcm)->Arg(1200)->Arg(100);
BENCHMARK_CAPTURE(BM_SealAndOpen, chacha20_poly1305, Aead::ChaCha20Poly1305)->Arg(1200)->Arg(100);
BENCHMARK_CAPTURE(BM_Seal, aes_128_gcm, Aead::Aes128Gcm)->Arg(1200);
BENCHMARK_CAPTURE(BM_Seal, chacha20_poly1305, Aead::ChaCha20Poly1305)->Arg(1200);
BENCHMARK(BM_DecodeAck)->Arg(1)->Arg(64);
BENCHMARK(BM_OpenToken);

}  // namespace
