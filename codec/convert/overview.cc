#include "codec/convert/overview.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/convert/pack.h"
#include "codec/convert/part_text.h"
#include "codec/convert/utf8.h"
#include "codec/mime/header.h"

namespace codec::convert {
namespace {

using mime::Part;
using mime::PartKind;

constexpr std::size_t kMaxPreviewSource = 256 * 1024;  // newsletters put kilobytes of style before the first word

bool is_attached(const Part& part) {
  return part.content.disposition && mime::equal_ignoring_case(part.content.disposition->type, "attachment");
}

bool has_name(const Part& part) {
  if (mime::find_parameter(part.content.parameters, "name") != nullptr) return true;
  return part.content.disposition && mime::find_parameter(part.content.disposition->parameters, "filename") != nullptr;
}

// What a person would call an attachment: said to be one, or named or embedded content that the text does not show.
bool is_attachment(const mime::Structure& structure, const Part& part) {
  if (part.kind == PartKind::Multipart) return false;
  if (is_attached(part)) return true;
  const auto& content = part.content;
  for (const std::string_view hidden : {"pkcs7-signature", "x-pkcs7-signature", "pgp-signature", "pgp-encrypted"}) {
    if (content.is("application", hidden)) return false;
  }
  if (part.kind == PartKind::Message || content.is("text", "calendar")) return false;
  const bool in_related =
      part.parent != mime::kNoPart && structure.parts[part.parent].content.is("multipart", "related");
  if (in_related && content.is("image")) return false;
  return has_name(part) || content.is("application") || content.is("audio") || content.is("video");
}

// Appends text with runs of blanks and line ends as one blank. false: the preview is full.
bool append_collapsed(std::string& into, std::string_view text) {
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    if (blank && (into.empty() || into.back() == ' ')) continue;
    into += blank ? ' ' : c;
    if (into.size() > kMaxPreview + 4) return false;
  }
  return true;
}

std::string preview_of(ByteView mail, const Part& part) {
  std::string preview;
  stream_part_text(mail, part, kMaxPreviewSource,
                   [&](std::string_view text) { return append_collapsed(preview, text); });
  preview.resize(cut_utf8(preview, kMaxPreview).size());
  if (preview.ends_with(' ')) preview.pop_back();
  return preview;
}

// text/plain first, then HTML, then any other text; attachments never.
std::string make_preview(ByteView mail, const mime::Structure& structure) {
  constexpr std::array<std::string_view, 2> kWanted = {"plain", "html"};
  for (const std::string_view subtype : kWanted) {
    for (const Part& part : structure.parts) {
      if (!is_text(part) || !part.content.is("text", subtype) || is_attached(part)) continue;
      std::string preview = preview_of(mail, part);
      if (!preview.empty()) return preview;
      break;  // an empty one: the other kind may say more
    }
  }
  return {};
}

// Thousands of parts with long names: shown without them, so that an overview always fits one message chain.
void bound(BodyStructure& structure) {
  if (pack(structure).size() <= kMaxStructure) return;
  BodyStructure opaque;
  opaque.type = "application";
  opaque.subtype = "octet-stream";
  opaque.encoding = "binary";
  opaque.size = structure.size;
  structure = std::move(opaque);
}

}  // namespace

Overview overview(ByteView mail, const mime::Structure& structure) {
  const ByteView header = mime::slice(mail, structure.root().header);
  Overview out;
  out.envelope = parse_envelope(header);
  out.structure = describe(mail, structure);
  bound(out.structure);
  out.preview = make_preview(mail, structure);
  for (const Part& part : structure.parts) out.has_attachment = out.has_attachment || is_attachment(structure, part);
  out.size = mail.size();
  out.header_size = header.size();
  out.match_key = match_key(header);
  return out;
}

Overview overview(ByteView mail) {
  return overview(mail, mime::scan(mail));
}

Overview overview_of_header(ByteView header, std::uint64_t mail_size) {
  const mime::Structure structure = mime::scan(header.first(mime::measure_header(header, 0, header.size()).end));
  Overview out = overview(header.first(structure.root().header.size()), structure);
  out.size = mail_size;
  out.structure.size = mail_size - std::min(mail_size, out.header_size);
  return out;
}

std::uint64_t match_key(ByteView header) {
  const Envelope envelope = parse_envelope(header);
  std::string from;
  if (const auto field = mime::find_field(header, "from"))
    from = mime::unfold(field->value.substr(0, kMaxEnvelopeField));
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::string& text :
       {envelope.message_id.value_or(""), envelope.date.value_or(""), from, envelope.subject.value_or("")}) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash *= 0x100000001b3;  // the NUL
  }
  return hash;
}

}  // namespace codec::convert
