#include "booster/session/handshake_chain.h"

#include "booster/session/error_code.h"
#include "booster/session/join.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "codec/property/registry.h"

namespace booster::session {
namespace {

namespace property = codec::property;
using property::Type;

constexpr property::Name name(Field field, Type type, const char* text) {
  return {static_cast<property::Id>(field), type, text};
}
constexpr property::Name kNames[] = {
    name(Field::Kind, Type::Unsigned, "session.kind"),
    name(Field::VersionLow, Type::Unsigned, "session.version_low"),
    name(Field::VersionHigh, Type::Unsigned, "session.version_high"),
    name(Field::Features, Type::Unsigned, "session.features"),
    name(Field::Agent, Type::Text, "session.agent"),
    name(Field::Device, Type::Text, "session.device"),
    name(Field::Session, Type::Bytes, "session.id"),
    name(Field::Secret, Type::Bytes, "session.secret"),
    name(Field::Carrier, Type::Unsigned, "session.carrier"),
    name(Field::Mac, Type::Bytes, "session.mac"),
    name(Field::Resume, Type::Bytes, "session.resume"),
    name(Field::Code, Type::Unsigned, "session.code"),
    name(Field::Text, Type::Text, "session.text"),
    name(Field::Beside, Type::Unsigned, "session.beside"),
};
static_assert(property::well_registered(kNames, property::kSessionIds));

constexpr std::size_t kMaxFields = 64;  // 14 are known; room for later versions' own
constexpr property::Limits kHandshakeLimits{kMaxJoin, kMaxFields, 2, false};

template <Type T>
constexpr property::Property<T> as(Field field) {
  for (const property::Name& known : kNames) {
    if (known.id == static_cast<property::Id>(field)) return {known.id, known.text};
  }
  return {static_cast<property::Id>(field), "session.field"};
}

}  // namespace

void ChainBuilder::number(Field field, std::uint64_t value) {
  chain_.add(as<Type::Unsigned>(field), value);
}

void ChainBuilder::bytes(Field field, ByteView value) {
  chain_.add(as<Type::Bytes>(field), value);
}

void ChainBuilder::text(Field field, std::string_view value) {
  chain_.add(as<Type::Text>(field), value);
}

Bytes ChainBuilder::take() const {
  return property::encode(chain_);
}

Result<ChainFields> ChainFields::parse(ByteView bytes) {
  TRY_ASSIGN(property::Chain chain, property::decode(bytes, kHandshakeLimits));
  return ChainFields(std::move(chain));
}

bool ChainFields::has(Field field) const {
  return chain_.has(static_cast<property::Id>(field));
}

Result<std::uint64_t> ChainFields::number(Field field) const {
  return chain_.require(as<Type::Unsigned>(field));
}

Result<Bytes> ChainFields::bytes(Field field, std::size_t limit) const {
  TRY_ASSIGN(const ByteView value, chain_.require(as<Type::Bytes>(field)));
  if (value.size() > limit) return fail(Errc::Limit, "handshake: a field too long");
  return Bytes(value.begin(), value.end());
}

Result<std::string> ChainFields::text(Field field, std::size_t limit) const {
  TRY_ASSIGN(const std::string_view value, chain_.require(as<Type::Text>(field)));
  if (value.size() > limit) return fail(Errc::Limit, "handshake: a field too long");
  return clean_reason(as_bytes(value));
}

Result<Kind> ChainFields::kind() const {
  TRY_ASSIGN(const std::uint64_t value, number(Field::Kind));
  return static_cast<Kind>(value);
}

Result<> ChainFields::expect(Kind wanted) const {
  TRY_ASSIGN(const Kind is, kind());
  if (is != wanted) return fail(Errc::Protocol, "handshake: not the message that is due");
  return {};
}

}  // namespace booster::session
