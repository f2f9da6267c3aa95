#include "codec/convert/write.h"

#include <algorithm>

#include "codec/mime/header.h"

namespace codec::convert {
namespace {

constexpr std::size_t kMaxQuoted = 1000;  // longer ones go as literals: a program's line limit is its own

bool may_be_quoted(std::string_view text) {
  return text.size() <= kMaxQuoted &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0 && c != '\r' && c != '\n'; });
}

void write_list(std::string& into, const Addresses& addresses) {
  if (addresses.empty()) {
    into += "NIL";
    return;
  }
  into += '(';
  for (const Address& address : addresses) {
    into += '(';
    write_nstring(into, address.name);
    into += ' ';
    write_nstring(into, address.route);
    into += ' ';
    write_nstring(into, address.mailbox);
    into += ' ';
    write_nstring(into, address.host);
    into += ')';
  }
  into += ')';
}

void write_parameters(std::string& into, const mime::Parameters& parameters) {
  if (parameters.empty()) {
    into += "NIL";
    return;
  }
  char before = '(';
  for (const mime::Parameter& parameter : parameters) {
    into += before;
    write_string(into, parameter.name);
    into += ' ';
    write_string(into, parameter.value);
    before = ' ';
  }
  into += ')';
}

void write_disposition(std::string& into, const std::optional<mime::Disposition>& disposition) {
  if (!disposition) {
    into += "NIL";
    return;
  }
  into += '(';
  write_string(into, disposition->type);
  into += ' ';
  write_parameters(into, disposition->parameters);
  into += ')';
}

// body-fld-lang = nstring / "(" string *(SP string) ")"
void write_languages(std::string& into, const std::vector<std::string>& languages) {
  if (languages.empty()) {
    into += "NIL";
    return;
  }
  char before = '(';
  for (const std::string& language : languages) {
    into += before;
    write_string(into, language);
    before = ' ';
  }
  into += ')';
}

void write_common_extensions(std::string& into, const BodyStructure& part) {
  into += ' ';
  write_disposition(into, part.disposition);
  into += ' ';
  write_languages(into, part.languages);
  into += ' ';
  write_nstring(into, part.location);
}

// body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
void write_multipart(std::string& into, const BodyStructure& part, Extensions extensions) {
  for (const BodyStructure& child : part.children) write_body_structure(into, child, extensions);
  if (part.children.empty()) {  // the grammar wants one
    into += R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)";
    into += extensions == Extensions::All ? " NIL NIL NIL NIL)" : ")";
  }
  into += ' ';
  write_string(into, part.subtype);
  if (extensions == Extensions::None) return;
  into += ' ';
  write_parameters(into, part.parameters);
  write_common_extensions(into, part);
}

// A leaf that says multipart or message/rfc822 was not looked into; the grammar has no words for that.
bool is_opaque(const BodyStructure& part) {
  if (part.kind == mime::PartKind::Message) return part.children.size() != 1 || !part.envelope;
  return mime::equal_ignoring_case(part.type, "multipart") ||
         (mime::equal_ignoring_case(part.type, "message") && mime::equal_ignoring_case(part.subtype, "rfc822"));
}

// body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]
void write_single(std::string& into, const BodyStructure& part, Extensions extensions) {
  const bool opaque = is_opaque(part);
  write_string(into, opaque ? "application" : part.type);
  into += ' ';
  write_string(into, opaque ? "octet-stream" : part.subtype);
  into += ' ';
  write_parameters(into, part.parameters);
  into += ' ';
  write_nstring(into, part.id);
  into += ' ';
  write_nstring(into, part.description);
  into += ' ';
  write_string(into, part.encoding);
  into += ' ' + std::to_string(part.size);
  const bool message = part.kind == mime::PartKind::Message && !opaque;
  if (message) {
    into += ' ';
    write_envelope(into, *part.envelope);
    into += ' ';
    write_body_structure(into, part.children.front(), extensions);
  }
  if (message || mime::equal_ignoring_case(part.type, "text")) into += ' ' + std::to_string(part.lines);
  if (extensions == Extensions::None) return;
  into += ' ';
  write_nstring(into, part.md5);
  write_common_extensions(into, part);
}

}  // namespace

void write_string(std::string& into, std::string_view text) {
  if (!may_be_quoted(text)) {
    into += '{' + std::to_string(text.size()) + "}\r\n";
    const std::size_t begin = into.size();
    into += text;
    std::replace(into.begin() + static_cast<std::ptrdiff_t>(begin), into.end(), '\0', '\x80');
    return;
  }
  into += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') into += '\\';
    into += c;
  }
  into += '"';
}

void write_nstring(std::string& into, const std::optional<std::string>& text) {
  if (text) {
    write_string(into, *text);
  } else {
    into += "NIL";
  }
}

void write_envelope(std::string& into, const Envelope& envelope) {
  into += '(';
  write_nstring(into, envelope.date);
  into += ' ';
  write_nstring(into, envelope.subject);
  for (const Addresses* addresses :
       {&envelope.from, &envelope.sender, &envelope.reply_to, &envelope.to, &envelope.cc, &envelope.bcc}) {
    into += ' ';
    write_list(into, *addresses);
  }
  into += ' ';
  write_nstring(into, envelope.in_reply_to);
  into += ' ';
  write_nstring(into, envelope.message_id);
  into += ')';
}

void write_body_structure(std::string& into, const BodyStructure& structure, Extensions extensions) {
  into += '(';
  if (structure.kind == mime::PartKind::Multipart) {
    write_multipart(into, structure, extensions);
  } else {
    write_single(into, structure, extensions);
  }
  into += ')';
}

}  // namespace codec::convert
