// One content line as it is understood: contentline = [group "."] name *(";" parameter) ":" value.   Source: RFC 5545
// §3.1, RFC 6350 §3.3
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/property/chain.h"

namespace codec::convert::card {

struct LineParameter {
  std::string name;   // vCard 2.1 leaves it out where the value says it: then empty
  std::string value;  // quotes removed, RFC 6868 undone; values of a list stay joined by commas
};

//   Owns    views into the entry it was read from
struct PropertyLine {
  std::string_view group;
  std::string_view name;
  std::vector<LineParameter> parameters;  // kMaxLineParameters; the rest is left out
  std::string_view value;                 // as it stands, escaped

  const std::string* parameter(std::string_view wanted) const;  // the first of that name; nullptr: none
};

// Whatever stands in a line has a reading: without a colon it has no value.
PropertyLine read_property_line(const property::Entry& entry);

// The first line of that name in a component; all of them.
std::optional<PropertyLine> find_line(const property::Chain& component, std::string_view name);
std::vector<PropertyLine> find_lines(const property::Chain& component, std::string_view name, std::size_t most);

// The value as people read it, UTF-8: quoted-printable and charset (vCard 2.1) undone, "\n", "\," and their kin too.
std::string text_of(const PropertyLine& line);
// The parts of a structured value (N, ADR, ORG), each as text_of has it.
std::vector<std::string> parts_of(const PropertyLine& line);

}  // namespace codec::convert::card
