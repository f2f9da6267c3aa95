#include "codec/convert/card/property_line.h"

#include <algorithm>

#include "codec/convert/card/limits.h"
#include "codec/convert/card/names.h"
#include "codec/convert/header_text.h"
#include "codec/convert/utf8.h"

namespace codec::convert::card {
namespace {

// RFC 6868 §3.1: ^n, ^^ and ^'
std::string without_carets(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = value[i] == '^' && i + 1 < value.size() ? value[i + 1] : '\0';
    const bool escaped = next == 'n' || next == '^' || next == '\'';
    out += !escaped ? value[i] : next == 'n' ? '\n' : next == '^' ? '^' : '"';
    if (escaped) ++i;
  }
  return out;
}

// The front of `in` up to the first of `stops` outside quotes; quotes are left out.
std::string take_until(std::string_view& in, std::string_view stops) {
  std::string out;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < in.size() && (quoted || stops.find(in[at]) == std::string_view::npos); ++at) {
    if (in[at] == '"') {
      quoted = !quoted;
    } else {
      out += in[at];
    }
  }
  in.remove_prefix(at);
  return out;
}

// *(";" name ["=" value]) ":"
void take_parameters(std::string_view& in, std::vector<LineParameter>& into) {
  while (!in.empty() && in.front() == ';') {
    in.remove_prefix(1);
    LineParameter parameter;
    std::string first = take_until(in, "=;:");
    if (!in.empty() && in.front() == '=') {
      in.remove_prefix(1);
      parameter.name = std::move(first);
      parameter.value = without_carets(take_until(in, ";:"));
    } else {
      parameter.value = std::move(first);
    }
    if (into.size() < kMaxLineParameters) into.push_back(std::move(parameter));
  }
  if (!in.empty()) in.remove_prefix(1);
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// "=" 2HEXDIG, and "=" before a line end; any other "=" stands for itself.
std::string without_quotes(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string_view rest = value.substr(i);
    const int high = rest.size() > 2 ? digit_of(rest[1]) : -1;
    const int low = rest.size() > 2 ? digit_of(rest[2]) : -1;
    if (rest.starts_with("=\r\n")) {
      i += 2;
    } else if (rest.starts_with("=\n")) {
      i += 1;
    } else if (rest.front() == '=' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += rest.front();
    }
  }
  return out;
}

bool is_quoted_printable(const PropertyLine& line) {
  return std::any_of(line.parameters.begin(), line.parameters.end(), [](const LineParameter& parameter) {
    return same_name(parameter.value, "QUOTED-PRINTABLE") &&
           (parameter.name.empty() || same_name(parameter.name, "ENCODING"));
  });
}

// The octets of the value as UTF-8, still escaped.
std::string decoded(const PropertyLine& line) {
  const std::string octets = is_quoted_printable(line) ? without_quotes(line.value) : std::string(line.value);
  if (const std::string* charset = line.parameter("CHARSET"))
    if (auto text = utf8_from(*charset, octets)) return *std::move(text);
  std::string text;
  append_guessed(text, octets, true);
  return text;
}

// ESCAPED-CHAR = "\\" / "\;" / "\," / "\N" / "\n"
void append_unescaped(std::string& out, char escaped) {
  out += escaped == 'n' || escaped == 'N' ? '\n' : escaped;
}

}  // namespace

const std::string* PropertyLine::parameter(std::string_view wanted) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const LineParameter& p) { return same_name(p.name, wanted); });
  return found == parameters.end() ? nullptr : &found->value;
}

PropertyLine read_property_line(const property::Entry& entry) {
  PropertyLine line;
  if (entry.value.type() != Type::Bytes) return line;
  std::string_view rest = as_text(entry.value.view<Type::Bytes>());
  line.name = line_name(entry.id);
  if (line.name.empty()) {
    line.name = rest.substr(0, rest.find_first_of(":;"));
    rest.remove_prefix(line.name.size());
    if (const std::size_t dot = line.name.find('.'); dot != std::string_view::npos) {
      line.group = line.name.substr(0, dot);
      line.name.remove_prefix(dot + 1);
    }
  }
  take_parameters(rest, line.parameters);
  line.value = rest;
  return line;
}

std::vector<PropertyLine> find_lines(const property::Chain& component, std::string_view name, std::size_t most) {
  std::vector<PropertyLine> found;
  const Id id = line_of(name);
  for (const property::Entry& entry : component.entries()) {
    if (found.size() >= most) break;
    if (entry.id != id && entry.id != kOtherLine.id) continue;
    PropertyLine line = read_property_line(entry);
    if (same_name(line.name, name)) found.push_back(std::move(line));
  }
  return found;
}

std::optional<PropertyLine> find_line(const property::Chain& component, std::string_view name) {
  std::vector<PropertyLine> found = find_lines(component, name, 1);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<std::string> parts_of(const PropertyLine& line) {
  std::vector<std::string> parts(1);
  const std::string text = decoded(line);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      append_unescaped(parts.back(), text[++i]);
    } else if (text[i] == ';') {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::string text_of(const PropertyLine& line) {
  std::string out;
  const std::string text = decoded(line);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      append_unescaped(out, text[++i]);
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace codec::convert::card
