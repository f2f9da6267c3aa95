// Undoes transfer encodings for search and preview: tolerant, streaming. Never used to rebuild a mail.  Source: RFC
// 2045 §6
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"
#include "codec/mime/content_fields.h"

namespace codec::mime {

// Base64: octets outside the alphabet are skipped, padding ends a quantum and decoding goes on behind it.
// Quoted-printable: a bad escape stays as it is, blanks at a line's end go.
class TransferDecoder {
 public:
  explicit TransferDecoder(Encoding encoding) : encoding_(encoding) {}

  // Appends what `octets` decode to; an escape cut by a border waits for the next call.
  void decode(ByteView octets, std::string& into);
  void finish(std::string& into);

 private:
  void decode_base64(std::string_view text, std::string& into);
  void decode_quoted(std::string_view text, std::string& into);
  void quoted_octet(char octet, std::string& into);

  Encoding encoding_;
  std::uint32_t bits_ = 0;
  int have_ = 0;
  std::string held_;  // quoted-printable: a started escape, or blanks that may end the line; at most kMaxHeld
};

// At most `limit` octets of the decoded body; the input is read only as far as needed.
std::string decode_body(ByteView body, Encoding encoding, std::size_t limit);

}  // namespace codec::mime
