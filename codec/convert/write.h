// ENVELOPE, BODY and BODYSTRUCTURE as IMAP text. Strings are quoted where they may be, else literals.   Source: RFC
// 3501 §9
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "codec/convert/body_structure.h"
#include "codec/convert/envelope.h"

namespace codec::convert {

enum class Extensions { None, All };  // BODY, BODYSTRUCTURE

// Each appends the parenthesized value without the item's name.
void write_envelope(std::string& into, const Envelope& envelope);
void write_body_structure(std::string& into, const BodyStructure& structure, Extensions extensions = Extensions::All);

// nstring: NIL, quoted or literal by content. NUL, which no IMAP string may hold, becomes 0x80.
void write_nstring(std::string& into, const std::optional<std::string>& text);
void write_string(std::string& into, std::string_view text);

}  // namespace codec::convert
