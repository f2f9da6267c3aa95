// UTF-8 by hand: validity, cutting, and the guess for text that does not say what it is.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace codec::convert {

// Length of the well-formed character at the front; 0: there is none; kCutCharacter: it may go on behind the end.
constexpr std::size_t kCutCharacter = 9;
std::size_t utf8_length(std::string_view text);

void append_utf8(std::string& into, char32_t point);

// What is well formed stays, any other octet is read as Windows-1252 (the commonest lie). NUL becomes a blank.
// Returns the octets taken: all, but for a cut character at the end unless `last`.
std::size_t append_guessed(std::string& into, std::string_view octets, bool last);

// At most `limit` octets, not cutting a character.
std::string_view cut_utf8(std::string_view text, std::size_t limit);

}  // namespace codec::convert
