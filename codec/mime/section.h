// Resolves BODY[section]<partial> to octets.                                     Source: RFC 3501 §6.4.5
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/mime/structure.h"

namespace codec::mime {

enum class SectionText { Everything, Header, HeaderFields, HeaderFieldsNot, Mime, Text };

// section-spec = section-msgtext / (section-part ["." section-text])
struct Section {
  std::vector<std::uint32_t> path;  // empty: the mail itself
  SectionText text = SectionText::Everything;
  std::vector<std::string> fields;  // of HEADER.FIELDS and HEADER.FIELDS.NOT
  bool operator==(const Section&) const = default;
};

// Octets of a section: a stretch of the mail, or lines picked from a header.
struct SectionOctets {
  std::optional<Range> range;
  std::string picked;  // when there is no range

  std::size_t size() const { return range ? range->size() : picked.size(); }
  // Owns    borrows both *this and `mail`
  ByteView view(ByteView mail) const { return range ? slice(mail, *range) : as_bytes(picked); }
};

// nullopt: no such part, or a text the part has not (HEADER of a leaf): the face answers NIL or "".
std::optional<SectionOctets> resolve(ByteView mail, const Structure& structure, const Section& section);

// The part a path names, by IMAP's numbering: message/rfc822 is looked through, a leaf's "1" is itself.
const Part* find_part(const Structure& structure, const std::vector<std::uint32_t>& path);

// Header lines named in `fields` (or, with `keep` false, all others) in original octets and order, and
// the blank line where the header has one.
std::string pick_fields(ByteView header, const std::vector<std::string>& fields, bool keep);

// <offset.count>: beyond the end it is empty.
ByteView partial(ByteView octets, std::uint64_t offset, std::uint64_t count);

}  // namespace codec::mime
