// What a part's header says about its content.                 Source: RFC 2045 §5, 6, 8; 2183; 2231; 1864; 2557; 3282
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"

namespace codec::mime {

// The name as written, sections of RFC 2231 joined. An extended value keeps its form: name "filename*",
// value "utf-8''a%20b"; decode_parameter (codec/convert/header_text.h) makes text of either.
struct Parameter {
  std::string name;
  std::string value;
  bool operator==(const Parameter&) const = default;
};
using Parameters = std::vector<Parameter>;

// The value of `name`, or of "name*"; nullptr when absent. ASCII case is ignored.
const Parameter* find_parameter(const Parameters& parameters, std::string_view name);

struct Disposition {
  std::string type;
  Parameters parameters;
  bool operator==(const Disposition&) const = default;
};

enum class Encoding { Identity, Base64, QuotedPrintable, Unknown };  // 7bit, 8bit and binary are all Identity

struct ContentFields {
  bool stated = false;  // there was a usable Content-Type; if not, type and subtype are the context's default
  std::string type;     // as written; compare with is()
  std::string subtype;
  Parameters parameters;
  std::string transfer_encoding;  // as written; "7bit" when absent
  Encoding encoding = Encoding::Identity;
  std::optional<std::string> id;
  std::optional<std::string> description;
  std::optional<std::string> md5;
  std::optional<std::string> location;
  std::optional<Disposition> disposition;
  std::vector<std::string> languages;

  bool is(std::string_view a_type) const;
  bool is(std::string_view a_type, std::string_view a_subtype) const;
};

// Of a repeated field the first counts. `in_digest`: the default type is message/rfc822 (RFC 2046 §5.1.5).
//   Limits  kMaxFieldValue, kMaxParameters: the rest of that field is ignored
ContentFields parse_content_fields(ByteView header, bool in_digest);

}  // namespace codec::mime
