#include "codec/convert/body_structure.h"

namespace codec::convert {
namespace {

// Recursion is bounded by mime::kMaxDepth.
BodyStructure describe_part(ByteView mail, const mime::Structure& structure, const mime::Part& part) {
  BodyStructure out;
  out.kind = part.kind;
  out.type = part.content.type;
  out.subtype = part.content.subtype;
  out.parameters = part.content.parameters;
  if (part.content.is("text") && mime::find_parameter(out.parameters, "charset") == nullptr) {
    out.parameters.push_back({.name = "charset", .value = "us-ascii"});  // RFC 2045 §5.2's default, stated as others do
  }
  out.id = part.content.id;
  out.description = part.content.description;
  out.encoding = part.content.transfer_encoding;
  out.size = part.body.size();
  out.lines = part.body_lines;
  out.md5 = part.content.md5;
  out.disposition = part.content.disposition;
  out.languages = part.content.languages;
  out.location = part.content.location;
  for (const mime::Part* child = structure.first_child(part); child != nullptr;
       child = structure.next_sibling(*child)) {
    if (part.kind == mime::PartKind::Message) out.envelope = parse_envelope(mime::slice(mail, child->header));
    out.children.push_back(describe_part(mail, structure, *child));
  }
  return out;
}

}  // namespace

BodyStructure describe(ByteView mail, const mime::Structure& structure) {
  return describe_part(mail, structure, structure.root());
}

}  // namespace codec::convert
