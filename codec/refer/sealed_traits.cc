// Traits as they are kept: what decides stays, what names somebody does not.                            Source:
// RULES.md §7
#include "codec/refer/traits.h"

namespace codec::refer {
namespace {

constexpr std::size_t kSealed = 8;  // octets of what is sealed
enum SealedFlag : std::uint8_t { ByUser = 1, SenderProved = 2, ListProved = 4, Credential = 8 };

void seal(std::string& text, std::uint64_t key) {
  if (text.empty()) return;
  Bytes octets;
  ByteWriter(octets).u64(chunk::chunk_id(as_bytes(text), key));
  text = to_string(octets);
}

void put_sealed(const std::string& text, ByteWriter& out) {
  out.sized(as_bytes(text));
}

Result<> get_sealed(ByteReader& in, std::string& text) {
  TRY_ASSIGN(const ByteView octets, in.sized(kSealed));
  text = to_string(octets);
  return {};
}

}  // namespace

Traits sealed(Traits traits, std::uint64_t key) {
  for (std::string* const text : {&traits.message_id, &traits.list, &traits.sender, &traits.subject}) seal(*text, key);
  for (std::string& parent : traits.parents) seal(parent, key);
  return traits;
}

// traits = flags:u8 4*(sized: message id, list, sender, subject) count:varint count*(sized: parent)
Bytes encode_traits(const Traits& traits) {
  Bytes octets;
  ByteWriter out(octets);
  out.u8(static_cast<std::uint8_t>((traits.by_user ? ByUser : 0) | (traits.sender_proved ? SenderProved : 0) |
                                   (traits.list_proved ? ListProved : 0) | (traits.credential ? Credential : 0)));
  for (const std::string* const text : {&traits.message_id, &traits.list, &traits.sender, &traits.subject})
    put_sealed(*text, out);
  out.varint(traits.parents.size());
  for (const std::string& parent : traits.parents) put_sealed(parent, out);
  return octets;
}

Result<Traits> decode_traits(ByteView bytes) {
  Traits traits;
  ByteReader in(bytes);
  TRY_ASSIGN(const std::uint8_t flags, in.u8());
  traits.by_user = (flags & ByUser) != 0;
  traits.sender_proved = (flags & SenderProved) != 0;
  traits.list_proved = (flags & ListProved) != 0;
  traits.credential = (flags & Credential) != 0;
  for (std::string* const text : {&traits.message_id, &traits.list, &traits.sender, &traits.subject})
    TRY(get_sealed(in, *text));
  TRY_ASSIGN(const std::uint64_t parents, in.varint());
  if (parents > kMostParents) return fail(Errc::Protocol, "traits: parents");
  traits.parents.resize(static_cast<std::size_t>(parents));
  for (std::string& parent : traits.parents) TRY(get_sealed(in, parent));
  return traits;
}

}  // namespace codec::refer
