#include "codec/mime/header.h"

#include <algorithm>

#include "codec/mime/limits.h"

namespace codec::mime {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Offset behind the line that starts at `at`.
std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t newline = text.find('\n', at);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

bool is_blank_line(std::string_view line) {
  return line == "\n" || line == "\r\n";
}

std::string_view without_line_end(std::string_view text) {
  if (!text.empty() && text.back() == '\n') {
    text.remove_suffix(1);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::optional<Field> FieldReader::next() {
  if (at_ >= text_.size()) return std::nullopt;
  const std::size_t begin = at_;
  std::size_t end = line_end(text_, begin);
  if (is_blank_line(text_.substr(begin, end - begin))) return std::nullopt;
  const std::string_view first = text_.substr(begin, end - begin);
  while (end < text_.size() && is_blank(text_[end])) end = line_end(text_, end);
  at_ = end;

  Field field;
  field.octets = text_.substr(begin, end - begin);
  const std::size_t colon = first.find(':');
  std::size_t value = 0;
  if (colon != std::string_view::npos) {
    field.name = first.substr(0, colon);
    while (!field.name.empty() && is_blank(field.name.back())) field.name.remove_suffix(1);
    value = colon + 1;
  }
  field.value = without_line_end(field.octets.substr(value));
  while (!field.value.empty() && is_blank(field.value.front())) field.value.remove_prefix(1);
  return field;
}

HeaderExtent measure_header(ByteView octets, std::size_t begin, std::size_t limit) {
  const std::string_view text = as_text(octets.subspan(0, limit));
  HeaderExtent extent{.end = begin};
  while (extent.end < limit) {
    const std::size_t end = line_end(text, extent.end);
    if (end - begin > kMaxHeader) {
      extent.cut = true;
      return extent;
    }
    const std::string_view line = text.substr(extent.end, end - extent.end);
    extent.end = end;
    if (line.back() == '\n') ++extent.lines;
    if (is_blank_line(line)) break;
  }
  return extent;
}

std::string unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  while (!value.empty()) {
    const std::size_t newline = value.find('\n');
    if (newline == std::string_view::npos) return out.append(value);
    out.append(without_line_end(value.substr(0, newline + 1)));
    value.remove_prefix(newline + 1);
    if (value.empty() || !is_blank(value.front())) continue;
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    out += ' ';
  }
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::optional<Field> find_field(ByteView header, std::string_view name) {
  FieldReader reader(header);
  while (auto field = reader.next()) {
    if (equal_ignoring_case(field->name, name)) return field;
  }
  return std::nullopt;
}

}  // namespace codec::mime
