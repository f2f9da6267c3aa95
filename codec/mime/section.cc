#include "codec/mime/section.h"

#include <algorithm>
#include <unordered_set>

#include "codec/mime/header.h"

namespace codec::mime {
namespace {

// Where a walk along a path stands: on a mail (the root, or an embedded one), or on a body part. The body of a mail
// that is no multipart is its part 1, so the same Part is reached as both.
struct Place {
  const Part* part = nullptr;
  bool is_mail = false;
};

const Part* child_number(const Structure& structure, const Part& part, std::uint32_t number) {
  const Part* child = structure.first_child(part);
  for (; child != nullptr && number > 1; --number) child = structure.next_sibling(*child);
  return child;
}

Place step(const Structure& structure, Place from, std::uint32_t number) {
  if (number == 0) return {};
  if (!from.is_mail && from.part->kind == PartKind::Message) from = {structure.first_child(*from.part), true};
  if (from.part->kind == PartKind::Multipart) return {child_number(structure, *from.part, number), false};
  if (from.is_mail && number == 1) return {from.part, false};
  return {};
}

Place walk(const Structure& structure, const std::vector<std::uint32_t>& path) {
  Place place{&structure.root(), true};
  for (const std::uint32_t number : path) {
    place = step(structure, place, number);
    if (place.part == nullptr) break;
  }
  return place;
}

SectionOctets whole_range(Range range) {
  return {.range = range, .picked = {}};
}

std::optional<SectionOctets> mail_text(ByteView mail, const Part& part, const Section& section) {
  switch (section.text) {
    case SectionText::Everything:
      return whole_range({part.header.begin, part.body.end});
    case SectionText::Header:
      return whole_range(part.header);
    case SectionText::Text:
      return whole_range(part.body);
    case SectionText::HeaderFields:
    case SectionText::HeaderFieldsNot: {
      const bool keep = section.text == SectionText::HeaderFields;
      return SectionOctets{.range = std::nullopt,
                           .picked = pick_fields(slice(mail, part.header), section.fields, keep)};
    }
    case SectionText::Mime:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SectionOctets> resolve(ByteView mail, const Structure& structure, const Section& section) {
  const Place place = walk(structure, section.path);
  if (place.part == nullptr) return std::nullopt;
  if (place.is_mail) return mail_text(mail, *place.part, section);
  if (section.text == SectionText::Everything) return whole_range(place.part->body);
  if (section.text == SectionText::Mime) return whole_range(place.part->header);
  if (place.part->kind != PartKind::Message) return std::nullopt;
  return mail_text(mail, *structure.first_child(*place.part), section);
}

const Part* find_part(const Structure& structure, const std::vector<std::uint32_t>& path) {
  return walk(structure, path).part;
}

std::string pick_fields(ByteView header, const std::vector<std::string>& fields, bool keep) {
  std::unordered_set<std::string> names;
  for (const std::string& field : fields) names.insert(to_lower(field));
  std::string picked;
  FieldReader reader(header);
  while (auto field = reader.next()) {
    if (names.contains(to_lower(field->name)) != keep) continue;
    picked += field->octets;
    if (picked.back() != '\n') picked += "\r\n";
  }
  picked += as_text(header).substr(reader.position());  // the blank line, where there is one
  return picked;
}

ByteView partial(ByteView octets, std::uint64_t offset, std::uint64_t count) {
  const std::size_t begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, octets.size()));
  return octets.subspan(begin, static_cast<std::size_t>(std::min<std::uint64_t>(count, octets.size() - begin)));
}

}  // namespace codec::mime
