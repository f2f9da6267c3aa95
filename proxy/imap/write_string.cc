// Strings, mailbox names, sections.
#include <algorithm>
#include <iterator>

#include "proxy/imap/section.h"
#include "proxy/imap/text_writer.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

bool all_astring(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_astring_char);
}

}  // namespace

bool fits_quoted(std::string_view text) {
  const auto plain = [](char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; };
  return text.size() <= kMaxQuoted && std::all_of(text.begin(), text.end(), plain);
}

bool fits_atom(std::string_view text) {
  return all_astring(text) && text.size() <= kMaxQuoted && !equal_no_case(text, "NIL");
}

void write_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void write_string(std::string& out, std::string_view text) {
  if (fits_quoted(text)) return write_quoted(out, text);
  out.append("{").append(std::to_string(text.size())).append("}\r\n").append(text);
}

void write_nstring(std::string& out, const std::optional<std::string>& text) {
  if (text) return write_string(out, *text);
  out.append("NIL");
}

void write_mailbox(std::string& out, const MailboxName& mailbox) {
  const std::string wire = mailbox.wire();
  if (fits_atom(wire)) {
    out.append(wire);
  } else {
    write_string(out, wire);
  }
}

// objectid = 1*255(ALPHA / DIGIT / "_" / "-")                                                     RFC 8474
void write_object_id(std::string& out, std::string_view id) {
  out.push_back('(');
  std::copy_if(id.begin(), id.end(), std::back_inserter(out), [](char c) { return is_atom_char(c); });
  out.push_back(')');
}

// section = "[" [section-spec] "]". Characters that no field name holds are left out: nothing can leave the brackets.
void write_section(std::string& out, const Section& section) {
  out.push_back('[');
  for (std::size_t i = 0; i < section.part.size(); ++i) {
    if (i > 0) out.push_back('.');
    out.append(std::to_string(section.part[i]));
  }
  if (!section.part.empty() && section.text != SectionText::All) out.push_back('.');
  const bool fields = section.text == SectionText::HeaderFields || section.text == SectionText::HeaderFieldsNot;
  if (section.text == SectionText::Header || fields) out.append("HEADER");
  if (fields) out.append(".FIELDS");
  if (section.text == SectionText::HeaderFieldsNot) out.append(".NOT");
  if (section.text == SectionText::Text) out.append("TEXT");
  if (section.text == SectionText::Mime) out.append("MIME");
  if (fields) {
    out.append(" (");
    for (const std::string& field : section.fields) {
      std::string name;
      std::copy_if(field.begin(), field.end(), std::back_inserter(name),
                   [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
      if (!out.ends_with('(')) out.push_back(' ');
      if (fits_atom(name)) {
        out.append(name);
      } else {
        write_quoted(out, std::string_view(name).substr(0, kMaxQuoted));
      }
    }
    out.push_back(')');
  }
  out.push_back(']');
}

}  // namespace proxy::imap
