// What a FETCH names: BODY[section]<partial>.                                    Source: RFC 9051 §6.4.5
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/imap/types.h"

namespace proxy::imap {

enum class SectionText : std::uint8_t { All, Header, HeaderFields, HeaderFieldsNot, Text, Mime };

struct Section {
  std::vector<std::uint32_t> part;  // 1.2.3; empty: the message itself
  SectionText text = SectionText::All;
  std::vector<std::string>
      fields;  // of HeaderFields and HeaderFieldsNot: field names, upper case, printable ASCII without ":"
  friend bool operator==(const Section&, const Section&) = default;
};

struct Partial {
  std::uint64_t origin = 0;
  std::uint64_t length = 0;  // not 0
  friend bool operator==(const Partial&, const Partial&) = default;
};

void write_section(std::string& out, const Section& section);  // "[1.HEADER.FIELDS (FROM TO)]"

}  // namespace proxy::imap
