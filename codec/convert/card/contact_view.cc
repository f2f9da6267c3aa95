#include "codec/convert/card/contact_view.h"

#include <algorithm>

#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/limits.h"
#include "codec/convert/card/property_line.h"

namespace codec::convert::card {
namespace {

using property::Chain;

std::string text_in(const Chain& component, std::string_view name) {
  const auto line = find_line(component, name);
  return line ? text_of(*line) : std::string();
}

std::vector<std::string> parts_in(const Chain& component, std::string_view name) {
  const auto line = find_line(component, name);
  return line ? parts_of(*line) : std::vector<std::string>();
}

std::string in_capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

void add_types(std::string_view list, std::vector<std::string>& into) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) into.push_back(in_capitals(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

Reachable reachable_of(const PropertyLine& line, std::string_view scheme) {
  Reachable out;
  out.value = text_of(line);
  if (starts_with_name(out.value, scheme)) out.value.erase(0, scheme.size());
  for (const LineParameter& parameter : line.parameters) {
    const bool encoding = same_name(parameter.value, "QUOTED-PRINTABLE") || same_name(parameter.value, "BASE64");
    if (same_name(parameter.name, "TYPE") || (parameter.name.empty() && !encoding))
      add_types(parameter.value, out.types);
  }
  return out;
}

std::vector<Reachable> all_reachable(const Chain& component, std::string_view name, std::string_view scheme) {
  std::vector<Reachable> out;
  for (const PropertyLine& line : find_lines(component, name, kMaxAttendees)) out.push_back(reachable_of(line, scheme));
  return out;
}

Contact read_contact(const Chain& component) {
  Contact contact;
  contact.version = text_in(component, "VERSION");
  contact.uid = text_in(component, "UID");
  contact.kind = in_capitals(text_in(component, "KIND"));
  contact.formatted_name = text_in(component, "FN");
  contact.name = parts_in(component, "N");
  contact.organisation = parts_in(component, "ORG");
  contact.emails = all_reachable(component, "EMAIL", "mailto:");
  contact.phones = all_reachable(component, "TEL", "tel:");
  contact.revision = text_in(component, "REV");
  return contact;
}

}  // namespace

std::vector<Contact> contacts(const Chain& card) {
  std::vector<Contact> out;
  for (const property::Entry& entry : card.entries())
    if (is_component(entry, kContact)) out.push_back(read_contact(*entry.value.view<Type::Chain>()));
  return out;
}

}  // namespace codec::convert::card
