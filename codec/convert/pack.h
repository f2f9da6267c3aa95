// Envelope and structure as one packed value each: bulk a chain of properties would triple.
//   Shape   string:   varint n, n octets           nstring: varint 0 (NIL), or n + 1 and n octets
//           address:  name route mailbox host, nstrings          addresses: varint count, as many
//           envelope: date subject (nstrings) from, flags:u8, [sender] [reply_to], to cc bcc, in_reply_to message_id
//                     flags bit0: sender is from, bit1: reply_to is from; those lists are left out
//           parameters: varint count, name value (strings) each
//           part:     kind:u8 type subtype parameters id description encoding size:varint lines:varint md5
//                     disposition:u8 0 or 1 [type parameters] languages:count strings  location
//                     Message: envelope part      Multipart: varint count, parts
//   Limits  mime::kMaxDepth, mime::kMaxParts     Errors  Protocol: cut short, an unknown kind or flag · Limit
#pragma once
#include "codec/base/bytes.h"
#include "codec/base/result.h"
#include "codec/convert/body_structure.h"
#include "codec/convert/envelope.h"

namespace codec::convert {

Bytes pack(const Envelope& envelope);
Bytes pack(const BodyStructure& structure);
Result<Envelope> unpack_envelope(ByteView bytes);
Result<BodyStructure> unpack_structure(ByteView bytes);

}  // namespace codec::convert
