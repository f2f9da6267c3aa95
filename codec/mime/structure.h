// The structure of a whole mail: a tree of parts with exact offsets.            Source: RFC 2045, 2046; THREATS on
// bombs
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/mime/content_fields.h"
#include "codec/mime/limits.h"
#include "codec/mime/range.h"

namespace codec::mime {

enum class PartKind {
  Leaf,
  Multipart,  // its children are the body parts (none: a multipart in which no boundary line was found)
  Message,    // message/rfc822: its one child is the embedded mail, header and all
};

constexpr std::uint32_t kNoPart = 0xffffffff;

// Offsets count from the mail's first octet. The header range ends behind its blank line; the body range ends before
// the line end that belongs to the next boundary. A body may be empty, a header too.
struct Part {
  PartKind kind = PartKind::Leaf;
  Range header;
  Range body;
  std::size_t header_lines = 0;  // line ends in the header range
  std::size_t body_lines = 0;    // line ends in the body range, as BODYSTRUCTURE counts them
  ContentFields content;
  std::uint32_t parent = kNoPart;
  std::uint32_t first_child = kNoPart;
  std::uint32_t next_sibling = kNoPart;
  std::uint32_t depth = 0;
};

// Parts in the order of their first octet: parts[0] is the mail, a parent precedes its children.
struct Structure {
  std::vector<Part> parts;
  bool cut = false;         // a limit was reached: something below is opaque although its type says otherwise
  std::uint64_t steps = 0;  // work done, in octets looked at; linear in the mail's size

  const Part& root() const { return parts.front(); }
  const Part* first_child(const Part& part) const;
  const Part* next_sibling(const Part& part) const;
};

// Takes anything; there is always a root.
//   Limits  kMaxDepth, kMaxParts, kMaxHeader
//   Owns    nothing of `mail`
Structure scan(ByteView mail);

}  // namespace codec::mime
