#include "codec/convert/pack.h"

namespace codec::convert {
namespace {

constexpr std::size_t kAny = static_cast<std::size_t>(-1);  // the reader's own end is the limit
constexpr unsigned kSenderIsFrom = 1;
constexpr unsigned kReplyToIsFrom = 2;

using NString = std::optional<std::string>;

class Packer {
 public:
  explicit Packer(Bytes& into) : out_(into) {}

  void put(const Envelope& envelope);
  void put(const BodyStructure& part);

 private:
  void put(std::string_view text) { out_.sized(as_bytes(text)); }
  void put(const NString& text) {
    out_.varint(text ? text->size() + 1 : 0);
    if (text) out_.put(as_bytes(*text));
  }
  void put(const Addresses& addresses) {
    out_.varint(addresses.size());
    for (const Address& address : addresses) {
      put(address.name);
      put(address.route);
      put(address.mailbox);
      put(address.host);
    }
  }
  void put(const mime::Parameters& parameters) {
    out_.varint(parameters.size());
    for (const mime::Parameter& parameter : parameters) {
      put(std::string_view(parameter.name));
      put(std::string_view(parameter.value));
    }
  }

  ByteWriter out_;
};

void Packer::put(const Envelope& envelope) {
  const bool own_sender = envelope.sender != envelope.from;
  const bool own_reply_to = envelope.reply_to != envelope.from;
  put(envelope.date);
  put(envelope.subject);
  put(envelope.from);
  out_.u8(static_cast<std::uint8_t>((own_sender ? 0 : kSenderIsFrom) | (own_reply_to ? 0 : kReplyToIsFrom)));
  if (own_sender) put(envelope.sender);
  if (own_reply_to) put(envelope.reply_to);
  put(envelope.to);
  put(envelope.cc);
  put(envelope.bcc);
  put(envelope.in_reply_to);
  put(envelope.message_id);
}

void Packer::put(const BodyStructure& part) {
  out_.u8(static_cast<std::uint8_t>(part.kind));
  put(std::string_view(part.type));
  put(std::string_view(part.subtype));
  put(part.parameters);
  put(part.id);
  put(part.description);
  put(std::string_view(part.encoding));
  out_.varint(part.size);
  out_.varint(part.lines);
  put(part.md5);
  out_.u8(part.disposition ? 1 : 0);
  if (part.disposition) {
    put(std::string_view(part.disposition->type));
    put(part.disposition->parameters);
  }
  out_.varint(part.languages.size());
  for (const std::string& language : part.languages) put(std::string_view(language));
  put(part.location);
  if (part.kind == mime::PartKind::Message) put(part.envelope.value_or(Envelope()));
  if (part.kind == mime::PartKind::Multipart) out_.varint(part.children.size());
  for (const BodyStructure& child : part.children) put(child);
}

class Unpacker {
 public:
  explicit Unpacker(ByteView bytes) : in_(bytes) {}

  Result<Envelope> envelope();
  Result<BodyStructure> part(std::size_t depth);
  Result<> end() const {
    if (!in_.empty()) return fail(Errc::Protocol, "unpack: octets left over");
    return {};
  }

 private:
  Result<std::string> string() {
    TRY_ASSIGN(const ByteView octets, in_.sized(kAny));
    return to_string(octets);
  }
  Result<NString> nstring() {
    TRY_ASSIGN(const std::uint64_t size, in_.varint());
    if (size == 0) return NString();
    if (size - 1 > in_.left()) return fail(Errc::Protocol, "unpack: cut short");
    TRY_ASSIGN(const ByteView octets, in_.take(static_cast<std::size_t>(size - 1)));
    return NString(to_string(octets));
  }
  // Every element takes at least an octet, so a count above what is left is a lie.
  Result<std::size_t> count() {
    TRY_ASSIGN(const std::uint64_t value, in_.varint());
    if (value > in_.left()) return fail(Errc::Protocol, "unpack: count");
    return static_cast<std::size_t>(value);
  }
  Result<Addresses> addresses();
  Result<mime::Parameters> parameters();
  Result<> fields(BodyStructure& out);
  Result<> children(BodyStructure& out, std::size_t depth);

  ByteReader in_;
  std::size_t parts_ = 0;
};

Result<Addresses> Unpacker::addresses() {
  TRY_ASSIGN(const std::size_t size, count());
  if (size > kMaxAddresses) return fail(Errc::Limit, "unpack: addresses");
  Addresses out(size);
  for (Address& address : out) {
    TRY_ASSIGN(address.name, nstring());
    TRY_ASSIGN(address.route, nstring());
    TRY_ASSIGN(address.mailbox, nstring());
    TRY_ASSIGN(address.host, nstring());
  }
  return out;
}

Result<mime::Parameters> Unpacker::parameters() {
  TRY_ASSIGN(const std::size_t size, count());
  if (size > mime::kMaxParameters + 1) return fail(Errc::Limit, "unpack: parameters");
  mime::Parameters out(size);
  for (mime::Parameter& parameter : out) {
    TRY_ASSIGN(parameter.name, string());
    TRY_ASSIGN(parameter.value, string());
  }
  return out;
}

Result<Envelope> Unpacker::envelope() {
  Envelope out;
  TRY_ASSIGN(out.date, nstring());
  TRY_ASSIGN(out.subject, nstring());
  TRY_ASSIGN(out.from, addresses());
  TRY_ASSIGN(const unsigned flags, in_.u8());
  if (flags > (kSenderIsFrom | kReplyToIsFrom)) return fail(Errc::Protocol, "unpack: envelope flags");
  out.sender = out.from;
  out.reply_to = out.from;
  if ((flags & kSenderIsFrom) == 0) {
    TRY_ASSIGN(out.sender, addresses());
  }
  if ((flags & kReplyToIsFrom) == 0) {
    TRY_ASSIGN(out.reply_to, addresses());
  }
  TRY_ASSIGN(out.to, addresses());
  TRY_ASSIGN(out.cc, addresses());
  TRY_ASSIGN(out.bcc, addresses());
  TRY_ASSIGN(out.in_reply_to, nstring());
  TRY_ASSIGN(out.message_id, nstring());
  return out;
}

Result<> Unpacker::fields(BodyStructure& out) {
  TRY_ASSIGN(const unsigned kind, in_.u8());
  if (kind > static_cast<unsigned>(mime::PartKind::Message)) return fail(Errc::Protocol, "unpack: part kind");
  out.kind = static_cast<mime::PartKind>(kind);
  TRY_ASSIGN(out.type, string());
  TRY_ASSIGN(out.subtype, string());
  TRY_ASSIGN(out.parameters, parameters());
  TRY_ASSIGN(out.id, nstring());
  TRY_ASSIGN(out.description, nstring());
  TRY_ASSIGN(out.encoding, string());
  TRY_ASSIGN(out.size, in_.varint());
  TRY_ASSIGN(out.lines, in_.varint());
  TRY_ASSIGN(out.md5, nstring());
  TRY_ASSIGN(const unsigned has_disposition, in_.u8());
  if (has_disposition > 1) return fail(Errc::Protocol, "unpack: disposition");
  if (has_disposition == 1) {
    out.disposition.emplace();
    TRY_ASSIGN(out.disposition->type, string());
    TRY_ASSIGN(out.disposition->parameters, parameters());
  }
  TRY_ASSIGN(const std::size_t languages, count());
  if (languages > mime::kMaxParameters) return fail(Errc::Limit, "unpack: languages");
  for (std::size_t i = 0; i < languages; ++i) {
    TRY_ASSIGN(std::string language, string());
    out.languages.push_back(std::move(language));
  }
  TRY_ASSIGN(out.location, nstring());
  return {};
}

Result<> Unpacker::children(BodyStructure& out, std::size_t depth) {
  std::size_t size = 0;
  if (out.kind == mime::PartKind::Message) {
    TRY_ASSIGN(out.envelope, envelope());
    size = 1;
  } else if (out.kind == mime::PartKind::Multipart) {
    TRY_ASSIGN(size, count());
  }
  for (std::size_t i = 0; i < size; ++i) {
    TRY_ASSIGN(BodyStructure child, part(depth + 1));
    out.children.push_back(std::move(child));
  }
  return {};
}

Result<BodyStructure> Unpacker::part(std::size_t depth) {
  if (depth >= mime::kMaxDepth || ++parts_ > mime::kMaxParts) return fail(Errc::Limit, "unpack: parts");
  BodyStructure out;
  TRY(fields(out));
  TRY(children(out, depth));
  return out;
}

}  // namespace

Bytes pack(const Envelope& envelope) {
  Bytes out;
  Packer(out).put(envelope);
  return out;
}

Bytes pack(const BodyStructure& structure) {
  Bytes out;
  Packer(out).put(structure);
  return out;
}

Result<Envelope> unpack_envelope(ByteView bytes) {
  Unpacker in(bytes);
  TRY_ASSIGN(Envelope out, in.envelope());
  TRY(in.end());
  return out;
}

Result<BodyStructure> unpack_structure(ByteView bytes) {
  Unpacker in(bytes);
  TRY_ASSIGN(BodyStructure out, in.part(0));
  TRY(in.end());
  return out;
}

}  // namespace codec::convert
