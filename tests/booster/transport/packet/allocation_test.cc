// What a packet costs OpenSSL and the heap: no allocation on its way, and no complaint left behind.
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "booster/transport/packet/frame.h"
#include "tests/booster/transport/packet/sealed.h"

namespace {

std::size_t allocations = 0;

void* counted(std::size_t size, const char*, int) {
  ++allocations;
  return std::malloc(size);
}
void* counted_again(void* old, std::size_t size, const char*, int) {
  ++allocations;
  return std::realloc(old, size);
}
void given_back(void* old, const char*, int) {
  std::free(old);
}

// Before anything else asks OpenSSL for memory, or it refuses.
const bool is_watched = CRYPTO_set_mem_functions(counted, counted_again, given_back) == 1;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* room = std::malloc(size)) return room;
  throw std::bad_alloc();
}
void operator delete(void* old) noexcept {
  std::free(old);
}
void operator delete(void* old, std::size_t) noexcept {
  std::free(old);
}

namespace booster::transport::packet {
namespace {

// Frames written, sealed, found in the datagram, opened and read, `times` over; returns how often anyone allocated.
std::size_t allocated_by(Aead aead, int times) {
  const Keys keys = keys_for(aead);
  Sealer sealer(keys);
  Opener opener(keys);
  HeaderProtection sending(keys), receiving(keys);
  Bytes datagram(1200);
  frame::Scratch scratch;
  const std::array<NumberRange, 2> ranges = {NumberRange{{90}, {100}}, NumberRange{{10}, {20}}};
  frame::Ack ack;
  ack.ranges = ranges;
  const ShortHeader head{id_of("a1a2a3a4a5a6"), false, {0}, 2};
  int frames = 0;
  const std::size_t before = allocations;
  for (int i = 0; i < times; ++i) {
    std::fill(datagram.begin(), datagram.end(), std::byte{0});
    const HeaderPlace place = write_header(datagram, head);
    frame::encode(std::span(datagram).subspan(place.size), ack);
    sealer.seal({0}, head.number, datagram, place.size);
    sending.protect(datagram, place);
    PacketReader packets(datagram);
    const std::size_t number_at = (*packets.next())->number_at;
    const auto payload = opener.open({0}, *receiving.unprotect(datagram, number_at, std::nullopt), datagram);
    for (ByteReader in(*payload); !in.empty(); ++frames) (void)frame::decode(in, scratch);
  }
  const std::size_t made = allocations - before;
  EXPECT_EQ(frames, 2 * times);
  return made;
}

TEST(Allocation, APacketsWayAllocatesNothing) {
  ASSERT_TRUE(is_watched);
  for (const Aead aead : {Aead::Aes128Gcm, Aead::ChaCha20Poly1305}) {
    EXPECT_GT(allocations, 0u);
    EXPECT_EQ(allocated_by(aead, 1000), 0u);
  }
}

// A TLS call of the same thread would take it for its own failure.
TEST(Allocation, ARefusedPacketLeavesNoComplaintInTheQueue) {
  ERR_clear_error();
  for (const Aead aead : {Aead::Aes128Gcm, Aead::ChaCha20Poly1305}) {
    ReceivingEnd to(keys_for(aead));
    EXPECT_FALSE(to.open({0}, Bytes(60, std::byte{0x5a})).has_value());
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

}  // namespace
}  // namespace booster::transport::packet
