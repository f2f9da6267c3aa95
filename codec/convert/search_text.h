// The text of a mail for SEARCH and for the index: encoded words, transfer encodings and charsets undone.  Source: RFC
// 3501 §6.4.4
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"
#include "codec/mime/structure.h"

namespace codec::convert {

// BODY is Body, TEXT is Whole, HEADER x is Field.
struct Where {
  enum class Kind { Field, AnyHeader, Body, Whole };
  Kind kind = Kind::Whole;
  std::string field;  // name, for Field
};

constexpr std::size_t kTextPiece = 16 * 1024;  // about what one call of a TextSink gets

// Valid UTF-8, cut between characters. `starts`: a new field or part, nothing matches across. false: enough.
using TextSink = std::function<bool(std::string_view utf8, bool starts)>;

// Headers of embedded mails and of parts belong to Body; text parts are given decoded, of other parts the header only.
void stream_text(ByteView mail, const mime::Structure& structure, const Where& where, const TextSink& sink);

// Whether the needle (folded by fold_case) occurs. An empty needle matches where there is such a field, or always.
bool contains_text(ByteView mail, const Where& where, std::string_view folded_needle);
bool contains_text(ByteView mail, const mime::Structure& structure, const Where& where, std::string_view folded_needle);

}  // namespace codec::convert
