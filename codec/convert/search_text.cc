#include "codec/convert/search_text.h"

#include <limits>
#include <vector>

#include "codec/convert/header_text.h"
#include "codec/convert/part_text.h"
#include "codec/convert/utf8.h"
#include "codec/mime/header.h"

namespace codec::convert {
namespace {

// Gives long text in pieces. false: enough.
bool give(std::string_view text, const TextSink& sink) {
  bool starts = true;
  do {
    const std::string_view piece = cut_utf8(text, kTextPiece);
    if (!sink(piece, starts)) return false;
    text.remove_prefix(piece.size());
    starts = false;
  } while (!text.empty());
  return true;
}

bool give_header(ByteView header, const Where& where, const TextSink& sink) {
  mime::FieldReader reader(header);
  while (auto field = reader.next()) {
    if (where.kind == Where::Kind::Field) {
      if (!mime::equal_ignoring_case(field->name, where.field)) continue;
      if (!give(decode_header(field->value), sink)) return false;
      continue;
    }
    if (!give(decode_header(field->name) + ": " + decode_header(field->value), sink)) return false;
  }
  return true;
}

// File names that only RFC 2231 decoding makes readable.
bool give_names(const mime::Part& part, const TextSink& sink) {
  const mime::Parameters* lists[] = {&part.content.parameters,
                                     part.content.disposition ? &part.content.disposition->parameters : nullptr};
  for (const mime::Parameters* list : lists) {
    if (list == nullptr) continue;
    for (const mime::Parameter& parameter : *list) {
      if (parameter.name.ends_with('*') && !give(decode_parameter(parameter), sink)) return false;
    }
  }
  return true;
}

bool give_part(ByteView mail, const mime::Part& part, const TextSink& sink) {
  const bool is_root = part.parent == mime::kNoPart;
  if (!is_root && !give_header(mime::slice(mail, part.header), {}, sink)) return false;
  if (!give_names(part, sink)) return false;
  if (!is_text(part)) return true;
  bool starts = true;
  bool more = true;
  stream_part_text(mail, part, std::numeric_limits<std::size_t>::max(), [&](std::string_view text) {
    more = sink(text, starts);
    starts = false;
    return more;
  });
  return more;
}

// Knuth, Morris, Pratt: linear whatever needle and text are made of, and across pieces.
class Matcher {
 public:
  explicit Matcher(std::string_view needle) : needle_(needle), back_(needle.size() + 1, 0) {
    for (std::size_t i = 1, k = 0; i < needle.size(); ++i) {
      while (k > 0 && needle[i] != needle[k]) k = back_[k];
      if (needle[i] == needle[k]) ++k;
      back_[i + 1] = k;
    }
  }

  void restart() { at_ = 0; }
  bool feed(std::string_view text) {
    if (needle_.empty()) return true;
    for (const char c : text) {
      while (at_ > 0 && needle_[at_] != c) at_ = back_[at_];
      if (needle_[at_] == c) ++at_;
      if (at_ == needle_.size()) return true;
    }
    return false;
  }

 private:
  std::string_view needle_;
  std::vector<std::size_t> back_;
  std::size_t at_ = 0;
};

}  // namespace

void stream_text(ByteView mail, const mime::Structure& structure, const Where& where, const TextSink& sink) {
  if (where.kind != Where::Kind::Body) {
    if (!give_header(mime::slice(mail, structure.root().header), where, sink)) return;
  }
  if (where.kind == Where::Kind::Field || where.kind == Where::Kind::AnyHeader) return;
  for (const mime::Part& part : structure.parts) {
    if (!give_part(mail, part, sink)) return;
  }
}

bool contains_text(ByteView mail, const mime::Structure& structure, const Where& where,
                   std::string_view folded_needle) {
  if (folded_needle.empty() && where.kind != Where::Kind::Field) return true;
  Matcher matcher(folded_needle);
  bool found = false;
  stream_text(mail, structure, where, [&](std::string_view text, bool starts) {
    if (starts) matcher.restart();
    found = matcher.feed(fold_case(text));
    return !found;
  });
  return found;
}

bool contains_text(ByteView mail, const Where& where, std::string_view folded_needle) {
  return contains_text(mail, mime::scan(mail), where, folded_needle);
}

}  // namespace codec::convert
