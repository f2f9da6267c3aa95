// What a face shows of a mail before, and after, its body is here: made from the octets by these functions alone, so
// that a mail never changes its looks when its body comes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/base/bytes.h"
#include "codec/convert/body_structure.h"
#include "codec/convert/envelope.h"
#include "codec/mime/structure.h"

namespace codec::convert {

constexpr std::size_t kMaxPreview = 2048;          // octets of UTF-8
constexpr std::size_t kMaxStructure = 512 * 1024;  // packed (pack.h); a bigger one is shown as one opaque part

struct Overview {
  Envelope envelope;
  BodyStructure structure;
  std::string preview;  // UTF-8, blanks collapsed; text/plain, else HTML without its tags
  bool has_attachment = false;
  std::uint64_t size = 0;         // RFC822.SIZE: octets of the mail
  std::uint64_t header_size = 0;  // octets of the header block, blank line included
  std::uint64_t match_key = 0;    // see match_key()
  bool operator==(const Overview&) const = default;
};

Overview overview(ByteView mail);
Overview overview(ByteView mail, const mime::Structure& structure);  // `structure` is scan(mail)

// Where only the header is known: envelope, header_size and match_key are the same; the structure is one part as the
// header states it with the size that remains; no preview.
Overview overview_of_header(ByteView header, std::uint64_t mail_size);

// Finds a mail again after a UIDVALIDITY change: 64-bit FNV-1a over Message-ID, Date, From and Subject, each unfolded,
// trimmed and ended by a NUL. Not proof against forgery: compare the octets' digest where that matters.
std::uint64_t match_key(ByteView header);

}  // namespace codec::convert
