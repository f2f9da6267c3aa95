// Scans, and what must hold of any of them, for the tests and the fuzzer.
#pragma once
#include <string>

#include "codec/mime/structure.h"

namespace codec::mime {

inline Structure scan_text(const std::string& mail) {
  return scan(as_bytes(mail));
}

// Empty when all is well, else what is wrong: ranges lie in the mail, nest, do not overlap; links agree.
inline std::string what_is_wrong(ByteView mail, const Structure& s) {
  if (s.parts.empty() || s.parts.size() > kMaxParts) return "number of parts";
  if (s.root().header.begin != 0 || s.root().body.end != mail.size()) return "the root does not cover the mail";
  for (const Part& part : s.parts) {
    if (part.header.begin > part.header.end || part.header.end != part.body.begin) return "header and body do not meet";
    if (part.body.begin > part.body.end || part.body.end > mail.size()) return "body out of range";
    if (part.body_lines > part.body.size() || part.header_lines > part.header.size()) return "more lines than octets";
    if (part.depth >= kMaxDepth) return "too deep";
    std::size_t from = part.body.begin;
    std::size_t count = 0;
    for (const Part* child = s.first_child(part); child != nullptr; child = s.next_sibling(*child), ++count) {
      if (child <= &part || &s.parts[child->parent] != &part) return "a child does not know its parent";
      if (child->header.begin < from || child->body.end > part.body.end) return "a child lies outside";
      from = child->body.end;
    }
    if (part.kind == PartKind::Leaf && count != 0) return "a leaf with children";
    if (part.kind == PartKind::Message && count != 1) return "an embedded mail without its one child";
  }
  return {};
}

}  // namespace codec::mime
