#include "booster/session/join.h"

#include "booster/session/handshake_chain.h"
#include "codec/base/check.h"

namespace booster::session {

Bytes join_mac_input(Role sender, std::uint64_t carrier, ByteView exporter) {
  CHECK(exporter.size() == kExporterSize);
  Bytes input;
  ByteWriter out(input);
  out.put(as_bytes("join"));
  out.u8(static_cast<std::uint8_t>(sender));
  out.u64(carrier);
  out.put(exporter);
  return input;
}

Bytes encode_join(const Join& join) {
  ChainBuilder out(Kind::Join);
  out.bytes(Field::Session, join.session);
  out.number(Field::Carrier, join.carrier);
  out.bytes(Field::Mac, join.mac);
  out.bytes(Field::Resume, join.resume);
  if (join.beside) out.number(Field::Beside, 1);
  return out.take();
}

namespace {

Result<Join> read_join(const ChainFields& fields) {
  TRY(fields.expect(Kind::Join));
  Join join;
  TRY_ASSIGN(join.session, fields.array<16>(Field::Session));
  TRY_ASSIGN(join.carrier, fields.number(Field::Carrier));
  TRY_ASSIGN(join.mac, fields.array<32>(Field::Mac));
  TRY_ASSIGN(join.resume, fields.bytes(Field::Resume, kMaxResumeState));
  if (fields.has(Field::Beside)) {
    TRY_ASSIGN(const std::uint64_t beside, fields.number(Field::Beside));
    if (beside != 1) return fail(Errc::Protocol, "join: beside is 1 or not there");
    join.beside = true;
  }
  return join;
}

}  // namespace

Result<Join> decode_join(ByteView chain) {
  TRY_ASSIGN(const ChainFields fields, ChainFields::parse(chain));
  return read_join(fields);
}

Bytes encode_joined(const Joined& joined) {
  ChainBuilder out(Kind::Joined);
  out.bytes(Field::Mac, joined.mac);
  out.bytes(Field::Resume, joined.resume);
  return out.take();
}

Result<std::variant<Joined, Refusal>> decode_join_reply(ByteView chain) {
  using Reply = std::variant<Joined, Refusal>;
  TRY_ASSIGN(const ChainFields fields, ChainFields::parse(chain));
  TRY_ASSIGN(const Kind kind, fields.kind());
  if (kind == Kind::Refusal) {
    TRY_ASSIGN(Refusal refusal, read_refusal(fields));
    return Reply(std::move(refusal));
  }
  TRY(fields.expect(Kind::Joined));
  Joined joined;
  TRY_ASSIGN(joined.mac, fields.array<32>(Field::Mac));
  TRY_ASSIGN(joined.resume, fields.bytes(Field::Resume, kMaxResumeState));
  return Reply(std::move(joined));
}

Result<std::variant<Hello, Join>> decode_first(ByteView chain) {
  using First = std::variant<Hello, Join>;
  TRY_ASSIGN(const ChainFields fields, ChainFields::parse(chain));
  TRY_ASSIGN(const Kind kind, fields.kind());
  if (kind == Kind::Join) {
    TRY_ASSIGN(Join join, read_join(fields));
    return First(std::move(join));
  }
  TRY_ASSIGN(Hello hello, decode_hello(chain));
  return First(std::move(hello));
}

}  // namespace booster::session
