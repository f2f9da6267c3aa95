// ENVELOPE and BODYSTRUCTURE as values, and their text.                           Source: RFC 9051 §7.5.2
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/base/result.h"

namespace proxy::imap {

struct Address {  // a group begins with host NIL and mailbox its name, and ends with both NIL
  std::optional<std::string> name, route, mailbox, host;
};
struct Envelope {
  std::optional<std::string> date, subject;
  std::vector<Address> from, sender, reply_to, to, cc,
      bcc;  // empty: NIL; the caller fills sender and reply_to from `from`
  std::optional<std::string> in_reply_to, message_id;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;
struct Disposition {
  std::string type;
  Parameters parameters;
};
struct BodyPart {
  std::string type = "TEXT";  // "MULTIPART": parts; "MESSAGE" with an envelope: parts holds one
  std::string subtype = "PLAIN";
  Parameters parameters;
  std::optional<std::string> id, description;
  std::string encoding = "7BIT";
  std::uint64_t octets = 0;
  std::uint64_t lines = 0;  // of TEXT and of MESSAGE/RFC822
  std::vector<BodyPart> parts;
  std::optional<Envelope> envelope;
  std::optional<std::string> md5;
  std::optional<Disposition> disposition;
  std::vector<std::string> languages;
  std::optional<std::string> location;
};

// Limits  parts within parts: kMaxPartDepth; deeper ones are written as APPLICATION/OCTET-STREAM
std::string write_envelope(const Envelope& envelope);
std::string write_body_structure(const BodyPart& body, bool extensions);

}  // namespace proxy::imap
