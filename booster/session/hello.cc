#include "booster/session/hello.h"

#include <algorithm>
#include <limits>

#include "booster/session/handshake_chain.h"
#include "codec/base/varint.h"

namespace booster::session {
namespace {

Result<std::uint32_t> version_field(const ChainFields& fields, Field field) {
  TRY_ASSIGN(const std::uint64_t value, fields.number(field));
  if (value > std::numeric_limits<std::uint32_t>::max()) return fail(Errc::Protocol, "handshake: version too high");
  return static_cast<std::uint32_t>(value);
}

Result<Welcome> read_welcome(const ChainFields& fields) {
  Welcome welcome;
  TRY_ASSIGN(welcome.version, version_field(fields, Field::VersionLow));
  TRY_ASSIGN(welcome.features, fields.number(Field::Features));
  TRY_ASSIGN(welcome.agent, fields.text(Field::Agent, kMaxAgent));
  TRY_ASSIGN(welcome.session, fields.array<16>(Field::Session));
  TRY_ASSIGN(welcome.secret, fields.array<32>(Field::Secret));
  return welcome;
}

std::string range_text(VersionRange range) {
  return std::to_string(range.low) + "-" + std::to_string(range.high);
}

}  // namespace

std::string_view to_string(Refusal::Code code) {
  switch (code) {
    case Refusal::Code::UnknownSession:
      return "unknown session";
    case Refusal::Code::Denied:
      return "denied";
    case Refusal::Code::Busy:
      return "busy";
    case Refusal::Code::Version:
      return "no common version";
  }
  return "refused";
}

Error to_error(const Refusal& refusal) {
  std::string what(to_string(refusal.code));
  if (!refusal.text.empty()) what += ": " + refusal.text;
  switch (refusal.code) {
    case Refusal::Code::UnknownSession:
      return Error(Errc::NotFound, what);
    case Refusal::Code::Busy:
      return Error(Errc::Full, what);
    case Refusal::Code::Version:
      return Error(Errc::Unsupported, what);
    case Refusal::Code::Denied:
      break;
  }
  return Error(Errc::Denied, what);
}

Result<Agreed> negotiate(VersionRange ours, std::uint64_t our_features, VersionRange theirs,
                         std::uint64_t their_features) {
  const std::uint32_t version = std::min(ours.high, theirs.high);
  if (version < ours.low || version < theirs.low) {
    return fail(Errc::Unsupported, "no common version: ours " + range_text(ours) + ", theirs " + range_text(theirs));
  }
  return Agreed{version, our_features & their_features};
}

Bytes encode_hello(const Hello& hello) {
  ChainBuilder out(Kind::Hello);
  out.number(Field::VersionLow, hello.versions.low);
  out.number(Field::VersionHigh, hello.versions.high);
  out.number(Field::Features, hello.features);
  out.text(Field::Agent, hello.agent);
  out.text(Field::Device, hello.device);
  return out.take();
}

Result<Hello> decode_hello(ByteView chain) {
  TRY_ASSIGN(const ChainFields fields, ChainFields::parse(chain));
  TRY(fields.expect(Kind::Hello));
  Hello hello;
  TRY_ASSIGN(hello.versions.low, version_field(fields, Field::VersionLow));
  TRY_ASSIGN(hello.versions.high, version_field(fields, Field::VersionHigh));
  TRY_ASSIGN(hello.features, fields.number(Field::Features));
  TRY_ASSIGN(hello.agent, fields.text(Field::Agent, kMaxAgent));
  TRY_ASSIGN(hello.device, fields.text(Field::Device, kMaxDevice));
  if (hello.versions.low > hello.versions.high) return fail(Errc::Protocol, "handshake: empty version range");
  return hello;
}

Bytes encode_welcome(const Welcome& welcome) {
  ChainBuilder out(Kind::Welcome);
  out.number(Field::VersionLow, welcome.version);
  out.number(Field::Features, welcome.features);
  out.text(Field::Agent, welcome.agent);
  out.bytes(Field::Session, welcome.session);
  out.bytes(Field::Secret, welcome.secret);
  return out.take();
}

Bytes encode_refusal(const Refusal& refusal) {
  ChainBuilder out(Kind::Refusal);
  out.number(Field::Code, static_cast<std::uint64_t>(refusal.code));
  out.text(Field::Text, std::string_view(refusal.text).substr(0, kMaxReason));
  return out.take();
}

Result<Refusal> read_refusal(const ChainFields& fields) {
  Refusal refusal;
  TRY_ASSIGN(const std::uint64_t code, fields.number(Field::Code));
  // A reason of a later version: not to be tried again as it is.
  const bool known = code >= 1 && code <= static_cast<std::uint64_t>(Refusal::Code::Version);
  refusal.code = known ? static_cast<Refusal::Code>(code) : Refusal::Code::Denied;
  TRY_ASSIGN(refusal.text, fields.text(Field::Text, kMaxReason));
  return refusal;
}

Result<std::variant<Welcome, Refusal>> decode_hello_reply(ByteView chain) {
  using Reply = std::variant<Welcome, Refusal>;
  TRY_ASSIGN(const ChainFields fields, ChainFields::parse(chain));
  TRY_ASSIGN(const Kind kind, fields.kind());
  if (kind == Kind::Refusal) {
    TRY_ASSIGN(Refusal refusal, read_refusal(fields));
    return Reply(std::move(refusal));
  }
  TRY(fields.expect(Kind::Welcome));
  TRY_ASSIGN(Welcome welcome, read_welcome(fields));
  return Reply(std::move(welcome));
}

Bytes wrap_handshake(ByteView chain) {
  Bytes message;
  ByteWriter(message).sized(chain);
  return message;
}

Result<std::optional<std::pair<ByteView, std::size_t>>> unwrap_handshake(ByteView in, std::size_t limit) {
  using Message = std::optional<std::pair<ByteView, std::size_t>>;
  const codec::VarintParse length = codec::parse_varint(in);
  if (length.state == codec::VarintState::Bad) return fail(Errc::Protocol, "handshake: bad length");
  if (length.state == codec::VarintState::Short) return Message();
  if (length.value > limit) return fail(Errc::Limit, "handshake: message too long");
  const auto size = static_cast<std::size_t>(length.value);
  if (in.size() - length.size < size) return Message();
  return Message(std::pair(in.subspan(length.size, size), length.size + size));
}

}  // namespace booster::session
