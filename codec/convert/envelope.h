// What IMAP's ENVELOPE says, in raw header form: encoded words stay encoded.     Source: RFC 3501 §7.4.2
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"

namespace codec::convert {

constexpr std::size_t kMaxAddresses = 10'000;  // of one field; the rest is cut (500,000 cost minutes elsewhere)
constexpr std::size_t kMaxEnvelopeField = 1024 * 1024;  // octets looked at of one field
constexpr std::size_t kMaxEnvelopeText = 16 * 1024;  // of Subject and its like; an overview must fit one message chain
constexpr std::size_t kMaxAddressOctets = 192 * 1024;  // of all addresses of one envelope

// nullopt is NIL. A group starts with {mailbox: its name, host: NIL} and ends with all NIL.
struct Address {
  std::optional<std::string> name;
  std::optional<std::string> route;  // at-domain-list
  std::optional<std::string> mailbox;
  std::optional<std::string> host;
  bool operator==(const Address&) const = default;
};
using Addresses = std::vector<Address>;

struct Envelope {
  std::optional<std::string> date;
  std::optional<std::string> subject;
  Addresses from;
  Addresses sender;    // `from` when the mail has none
  Addresses reply_to;  // `from` when the mail has none
  Addresses to;
  Addresses cc;
  Addresses bcc;
  std::optional<std::string> in_reply_to;
  std::optional<std::string> message_id;
  bool operator==(const Envelope&) const = default;
};

// Of a repeated field the first counts, except address fields, which add up.
//   Limits  kMaxAddresses, kMaxEnvelopeField, kMaxEnvelopeText, kMaxAddressOctets: what is beyond is left out
Envelope parse_envelope(ByteView header);

// address-list of RFC 5322 with its obsolete forms, and whatever else mail holds.
Addresses parse_addresses(std::string_view value);

}  // namespace codec::convert
