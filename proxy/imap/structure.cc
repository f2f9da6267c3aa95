#include "proxy/imap/structure.h"

#include "proxy/imap/limits.h"
#include "proxy/imap/types.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

// address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
void write_addresses(std::string& out, const std::vector<Address>& addresses) {
  out.push_back(' ');
  if (addresses.empty()) {
    out.append("NIL");
    return;
  }
  out.push_back('(');
  for (const Address& address : addresses) {
    out.push_back('(');
    write_nstring(out, address.name);
    out.push_back(' ');
    write_nstring(out, address.route);
    out.push_back(' ');
    write_nstring(out, address.mailbox);
    out.push_back(' ');
    write_nstring(out, address.host);
    out.push_back(')');
  }
  out.push_back(')');
}

// body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
void write_parameters(std::string& out, const Parameters& parameters) {
  if (parameters.empty()) {
    out.append("NIL");
    return;
  }
  out.push_back('(');
  for (const auto& [name, value] : parameters) {
    if (!out.ends_with('(')) out.push_back(' ');
    write_string(out, name);
    out.push_back(' ');
    write_string(out, value);
  }
  out.push_back(')');
}

// body-ext: SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc]]
void write_disposition_and_after(std::string& out, const BodyPart& body) {
  out.push_back(' ');
  if (body.disposition) {
    out.push_back('(');
    write_string(out, body.disposition->type);
    out.push_back(' ');
    write_parameters(out, body.disposition->parameters);
    out.push_back(')');
  } else {
    out.append("NIL");
  }
  out.push_back(' ');
  if (body.languages.empty()) out.append("NIL");
  if (body.languages.size() == 1) write_string(out, body.languages.front());
  if (body.languages.size() > 1) {
    out.push_back('(');
    for (const std::string& language : body.languages) {
      if (!out.ends_with('(')) out.push_back(' ');
      write_string(out, language);
    }
    out.push_back(')');
  }
  out.push_back(' ');
  write_nstring(out, body.location);
}

void write_part(std::string& out, const BodyPart& body, bool extensions, std::size_t depth);

// body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
void write_multipart(std::string& out, const BodyPart& body, bool extensions, std::size_t depth) {
  for (const BodyPart& part : body.parts) write_part(out, part, extensions, depth + 1);
  out.push_back(' ');
  write_string(out, body.subtype);
  if (!extensions) return;
  out.push_back(' ');
  write_parameters(out, body.parameters);
  write_disposition_and_after(out, body);
}

// media-type SP body-fields
void write_fields(std::string& out, std::string_view type, std::string_view subtype, const BodyPart& body) {
  write_string(out, type);
  out.push_back(' ');
  write_string(out, subtype);
  out.push_back(' ');
  write_parameters(out, body.parameters);
  out.push_back(' ');
  write_nstring(out, body.id);
  out.push_back(' ');
  write_nstring(out, body.description);
  out.push_back(' ');
  write_string(out, body.encoding);
  out.append(" ").append(std::to_string(body.octets));
}

// body-type-1part: basic, message or text
void write_single(std::string& out, const BodyPart& body, bool extensions, std::size_t depth) {
  const bool too_deep = depth >= kMaxPartDepth;
  const bool is_multipart =
      equal_no_case(body.type, "MULTIPART");  // without parts, or too deep: the grammar has no word
  const bool is_message = !too_deep && equal_no_case(body.type, "MESSAGE") && body.envelope && body.parts.size() == 1;
  if (is_multipart || (too_deep && !body.parts.empty())) {
    write_fields(out, "APPLICATION", "OCTET-STREAM", body);
  } else {
    write_fields(out, body.type, body.subtype, body);
  }
  if (is_message) {
    out.append(" ").append(write_envelope(*body.envelope)).append(" ");
    write_part(out, body.parts.front(), extensions, depth + 1);
  }
  if (is_message || equal_no_case(body.type, "TEXT")) out.append(" ").append(std::to_string(body.lines));
  if (!extensions) return;
  out.push_back(' ');
  write_nstring(out, body.md5);
  write_disposition_and_after(out, body);
}

void write_part(std::string& out, const BodyPart& body, bool extensions, std::size_t depth) {
  out.push_back('(');
  if (depth < kMaxPartDepth && equal_no_case(body.type, "MULTIPART") && !body.parts.empty()) {
    write_multipart(out, body, extensions, depth);
  } else {
    write_single(out, body, extensions, depth);
  }
  out.push_back(')');
}

}  // namespace

// envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc SP
//            env-in-reply-to SP env-message-id ")"
std::string write_envelope(const Envelope& envelope) {
  std::string out = "(";
  write_nstring(out, envelope.date);
  out.push_back(' ');
  write_nstring(out, envelope.subject);
  write_addresses(out, envelope.from);
  write_addresses(out, envelope.sender);
  write_addresses(out, envelope.reply_to);
  write_addresses(out, envelope.to);
  write_addresses(out, envelope.cc);
  write_addresses(out, envelope.bcc);
  out.push_back(' ');
  write_nstring(out, envelope.in_reply_to);
  out.push_back(' ');
  write_nstring(out, envelope.message_id);
  out.push_back(')');
  return out;
}

std::string write_body_structure(const BodyPart& body, bool extensions) {
  std::string out;
  write_part(out, body, extensions, 0);
  return out;
}

}  // namespace proxy::imap
