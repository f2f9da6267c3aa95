#include "booster/transport/packet/token.h"

#include <algorithm>

#include "booster/transport/packet/keys.h"
#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet {
namespace {

constexpr std::size_t kOpenPart = std::tuple_size_v<Nonce>;
constexpr std::uint64_t kRateUnit = 1000;

Nonce nonce_of_token(ByteView token) {
  Nonce nonce;
  std::copy_n(token.begin(), nonce.size(), nonce.begin());
  return nonce;
}

Result<Address> take_address(ByteReader& in) {
  Address address;
  TRY_ASSIGN(const ByteView ip, in.take(address.ip.size()));
  std::copy(ip.begin(), ip.end(), address.ip.begin());
  TRY_ASSIGN(address.port, in.u16());
  TRY_ASSIGN(address.interface, in.u32());
  return address;
}

Result<> take_contents(ByteReader& in, AddressToken& token) {
  TRY_ASSIGN(const std::uint8_t kind, in.u8());
  token.kind = static_cast<TokenKind>(kind);
  if (token.kind != TokenKind::Retry && token.kind != TokenKind::NextConnection)
    return fail(Errc::Protocol, "token: unknown kind");
  TRY_ASSIGN(token.client, take_address(in));
  TRY_ASSIGN(const std::uint32_t rate, in.u32());
  token.rate = {rate * kRateUnit};
  TRY_ASSIGN(const std::uint16_t rtt, in.u16());
  token.rtt = std::chrono::milliseconds(rtt);
  TRY_ASSIGN(const std::uint8_t size, in.u8());
  TRY_ASSIGN(const ByteView id, in.take(size));
  TRY_ASSIGN(token.original_destination, ConnectionId::from(id));
  if (!in.empty()) return fail(Errc::Protocol, "token: more than expected");
  return {};
}

}  // namespace

TokenKey::TokenKey(const crypto::Secret& secret)
    : sealing_(Aead::Aes128Gcm, AeadContext::Way::Seal, expand(secret, "token", 16).reveal()),
      opening_(Aead::Aes128Gcm, AeadContext::Way::Open, expand(secret, "token", 16).reveal()) {}

std::size_t TokenKey::make_token(std::span<std::byte> into, const AddressToken& token) {
  CHECK(token.issued.count() >= 0 && token.issued.count() <= 0xffffffff);
  SpanWriter out(into);
  out.u32(static_cast<std::uint32_t>(token.issued.count()));
  out.put(token.random);
  out.u8(static_cast<std::uint8_t>(token.kind));
  out.put(token.client.ip);
  out.u16(token.client.port);
  out.u32(token.client.interface);
  out.u32(static_cast<std::uint32_t>(std::min<std::uint64_t>(token.rate.value / kRateUnit, UINT32_MAX)));
  out.u16(static_cast<std::uint16_t>(std::clamp<std::int64_t>(token.rtt.count(), 0, UINT16_MAX)));
  out.u8(static_cast<std::uint8_t>(token.original_destination.size()));
  out.put(token.original_destination.view());
  const std::size_t text_end = out.size();
  out.zeros(kTagSize);
  sealing_.seal(nonce_of_token(into), {}, into.subspan(kOpenPart, text_end - kOpenPart),
                into.subspan(text_end).first<kTagSize>());
  return out.size();
}

Result<AddressToken> TokenKey::open_token(ByteView sealed) {
  if (sealed.size() <= kOpenPart + kTagSize || sealed.size() > kMaxSize) return fail(Errc::Denied, "token: size");
  std::array<std::byte, kMaxSize> room;
  const std::span<std::byte> text = std::span(room).first(sealed.size() - kOpenPart - kTagSize);
  std::copy_n(sealed.begin() + kOpenPart, text.size(), text.begin());
  if (!opening_.open(nonce_of_token(sealed), {}, text, sealed.last<kTagSize>()))
    return fail(Errc::Denied, "token: not ours");
  AddressToken token;
  ByteReader head(sealed);
  token.issued = std::chrono::seconds(*head.u32());
  std::copy_n(head.rest().begin(), token.random.size(), token.random.begin());
  ByteReader in(text);
  TRY(take_contents(in, token));
  return token;
}

}  // namespace booster::transport::packet
