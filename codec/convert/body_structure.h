// What IMAP's BODYSTRUCTURE says, extension data included.                       Source: RFC 3501 §7.4.2
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/convert/envelope.h"
#include "codec/mime/structure.h"

namespace codec::convert {

struct BodyStructure {
  mime::PartKind kind = mime::PartKind::Leaf;
  std::string type;  // as written in the mail
  std::string subtype;
  mime::Parameters parameters;
  std::optional<std::string> id;
  std::optional<std::string> description;
  std::string encoding;
  std::uint64_t size = 0;   // octets of the body, still encoded
  std::uint64_t lines = 0;  // shown for text/* and message/rfc822
  std::optional<std::string> md5;
  std::optional<mime::Disposition> disposition;
  std::vector<std::string> languages;
  std::optional<std::string> location;
  std::optional<Envelope> envelope;     // Message only
  std::vector<BodyStructure> children;  // Multipart: the parts; Message: exactly one
  bool operator==(const BodyStructure&) const = default;
};

BodyStructure describe(ByteView mail, const mime::Structure& structure);

}  // namespace codec::convert
