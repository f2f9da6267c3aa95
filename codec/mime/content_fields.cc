#include "codec/mime/content_fields.h"

#include "codec/mime/header.h"
#include "codec/mime/limits.h"
#include "codec/mime/parameters.h"

namespace codec::mime {
namespace {

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// type "/" subtype *(";" parameter)
void parse_type(std::string_view value, ContentFields& into) {
  TokenReader reader(value);
  reader.skip_blanks();
  const std::string type(reader.until("/;("));
  reader.skip_blanks();
  if (type.empty() || !reader.take('/')) return;
  reader.skip_blanks();
  const std::string subtype(reader.until(";("));
  if (subtype.empty()) return;
  into.stated = true;
  into.type = type;
  into.subtype = subtype;
  into.parameters = parse_parameters(reader);
}

std::optional<Disposition> parse_disposition(std::string_view value) {
  TokenReader reader(value);
  reader.skip_blanks();
  Disposition disposition;
  disposition.type = std::string(reader.until(";("));
  if (disposition.type.empty()) return std::nullopt;
  disposition.parameters = parse_parameters(reader);
  return disposition;
}

// Language-List = Language-Tag [*("," Language-Tag)]
std::vector<std::string> parse_languages(std::string_view value) {
  std::vector<std::string> tags;
  TokenReader reader(value);
  while (!reader.at_end() && tags.size() < kMaxParameters) {
    reader.skip_blanks();
    std::string tag(reader.until(",("));
    if (!tag.empty()) tags.push_back(std::move(tag));
    reader.skip_until(',');
    reader.skip();
  }
  return tags;
}

void parse_encoding(std::string_view value, ContentFields& into) {
  TokenReader reader(value);
  reader.skip_blanks();
  const std::string token(reader.until(";("));
  if (token.empty()) return;
  into.transfer_encoding = token;
  const std::string name = to_lower(token);
  if (name == "base64") {
    into.encoding = Encoding::Base64;
  } else if (name == "quoted-printable") {
    into.encoding = Encoding::QuotedPrintable;
  } else if (name == "7bit" || name == "8bit" || name == "binary") {
    into.encoding = Encoding::Identity;
  } else {
    into.encoding = Encoding::Unknown;
  }
}

std::optional<std::string> plain_text(std::string_view value) {
  return std::string(trim(unfold(value)));
}

void take_field(std::string_view name, std::string_view value, ContentFields& into) {
  if (name == "type") {
    if (!into.stated) parse_type(value, into);
  } else if (name == "transfer-encoding") {
    if (into.transfer_encoding.empty()) parse_encoding(value, into);
  } else if (name == "disposition") {
    if (!into.disposition) into.disposition = parse_disposition(value);
  } else if (name == "id") {
    if (!into.id) into.id = plain_text(value);
  } else if (name == "description") {
    if (!into.description) into.description = plain_text(value);
  } else if (name == "md5") {
    if (!into.md5) into.md5 = plain_text(value);
  } else if (name == "location") {
    if (!into.location) into.location = plain_text(value);
  } else if (name == "language") {
    if (into.languages.empty()) into.languages = parse_languages(value);
  }
}

}  // namespace

const Parameter* find_parameter(const Parameters& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters) {
    std::string_view own = parameter.name;
    if (!own.empty() && own.back() == '*') own.remove_suffix(1);
    if (equal_ignoring_case(own, name)) return &parameter;
  }
  return nullptr;
}

bool ContentFields::is(std::string_view a_type) const {
  return equal_ignoring_case(type, a_type);
}

bool ContentFields::is(std::string_view a_type, std::string_view a_subtype) const {
  return is(a_type) && equal_ignoring_case(subtype, a_subtype);
}

ContentFields parse_content_fields(ByteView header, bool in_digest) {
  constexpr std::string_view kPrefix = "content-";
  ContentFields content;
  FieldReader reader(header);
  while (auto field = reader.next()) {
    if (!equal_ignoring_case(field->name.substr(0, kPrefix.size()), kPrefix)) continue;
    take_field(to_lower(field->name.substr(kPrefix.size()).substr(0, 32)), field->value.substr(0, kMaxFieldValue),
               content);
  }
  if (!content.stated) {
    content.type = in_digest ? "message" : "text";
    content.subtype = in_digest ? "rfc822" : "plain";
  }
  if (content.transfer_encoding.empty()) content.transfer_encoding = "7bit";
  return content;
}

}  // namespace codec::mime
