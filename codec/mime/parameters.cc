#include "codec/mime/parameters.h"

#include <algorithm>

#include "codec/mime/header.h"
#include "codec/mime/limits.h"

namespace codec::mime {
namespace {

// One of "name*3*=…": a piece of a longer value.
struct Piece {
  std::string base;
  unsigned number = 0;
  bool extended = false;
  std::string value;
};

// attribute "=" value, where the value may be unquoted with almost anything in it.
bool parse_parameter(TokenReader& reader, Parameter& into) {
  reader.skip_blanks();
  into.name = std::string(reader.until("=;("));
  reader.skip_blanks();
  if (!reader.take('=')) return false;
  reader.skip_blanks();
  into.value = reader.peek() == '"' ? reader.quoted() : std::string(reader.until(";("));
  return !into.name.empty();
}

// "name*N" or "name*N*"; the number has no leading zero and is small.
bool split_piece(const Parameter& parameter, Piece& into) {
  std::string_view name = parameter.name;
  const std::size_t star = name.find('*');
  if (star == std::string_view::npos || star == 0) return false;
  into.base = to_lower(name.substr(0, star));
  std::string_view rest = name.substr(star + 1);
  into.extended = !rest.empty() && rest.back() == '*';
  if (into.extended) rest.remove_suffix(1);
  if (rest.empty() || rest.size() > 4 || (rest.size() > 1 && rest[0] == '0')) return false;
  if (!std::all_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  into.number = 0;
  for (const char digit : rest) into.number = into.number * 10 + static_cast<unsigned>(digit - '0');
  into.value = parameter.value;
  return true;
}

// A plain piece amid extended ones: its text must survive percent decoding.
std::string percent_escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet > 0x20 && octet < 0x7f && std::string_view("*'%()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  return out;
}

// Joins pieces 0, 1, 2, … of one name; what follows a gap is dropped.
Parameter join(const Piece* begin, const Piece* end) {
  Parameter joined{.name = begin->base, .value = {}};
  const bool extended = std::any_of(begin, end, [](const Piece& piece) { return piece.extended; });
  unsigned expected = 0;
  for (const Piece* piece = begin; piece != end && piece->number <= expected; ++piece) {
    if (piece->number < expected) continue;  // said twice: the first counts
    joined.value += extended && !piece->extended ? percent_escaped(piece->value) : piece->value;
    ++expected;
  }
  if (extended) {
    // Without its charset the value would be misread.
    if (!begin->extended) joined.value.insert(0, "''");
    joined.name += '*';
  }
  return joined;
}

void append_joined(std::vector<Piece>& pieces, Parameters& into) {
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return a.base != b.base ? a.base < b.base : a.number < b.number;
  });
  for (std::size_t begin = 0, end = 0; begin < pieces.size(); begin = end) {
    while (end < pieces.size() && pieces[end].base == pieces[begin].base) ++end;
    if (pieces[begin].number == 0) into.push_back(join(pieces.data() + begin, pieces.data() + end));
  }
}

}  // namespace

Parameters parse_parameters(TokenReader& reader) {
  Parameters found;
  std::vector<Piece> pieces;
  while (!reader.at_end() && found.size() + pieces.size() < kMaxParameters) {
    reader.skip_until(';');
    reader.skip();
    Parameter parameter;
    if (!parse_parameter(reader, parameter)) continue;
    Piece piece;
    if (split_piece(parameter, piece)) {
      pieces.push_back(std::move(piece));
    } else {
      found.push_back(std::move(parameter));
    }
  }
  append_joined(pieces, found);
  return found;
}

}  // namespace codec::mime
