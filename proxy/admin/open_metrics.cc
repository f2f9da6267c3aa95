#include "proxy/admin/open_metrics.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace proxy::admin {
namespace {

void append_label(std::string& into, std::string_view text) {
  for (const char each : text) {
    if (each == '\n') {
      into += "\\n";
      continue;
    }
    if (each == '"' || each == '\\') into += '\\';
    into += each;
  }
}

// A whole number stays readable.
void append_value(std::string& into, double value) {
  constexpr double kExact = 9e15;
  char digits[40];
  const bool whole = value == std::floor(value) && std::abs(value) < kExact;
  const auto end = whole ? std::to_chars(std::begin(digits), std::end(digits), static_cast<std::int64_t>(value))
                         : std::to_chars(std::begin(digits), std::end(digits), value);
  into.append(digits, end.ptr);
}

}  // namespace

void MetricFamily::add(const Labels& labels, double value) {
  rows_ += name_;
  if (kind_ == Kind::Counter) rows_ += "_total";
  char separator = '{';
  for (const auto& [label, text] : labels) {
    rows_ += separator;
    rows_ += label;
    rows_ += "=\"";
    append_label(rows_, text);
    rows_ += '"';
    separator = ',';
  }
  if (!labels.empty()) rows_ += '}';
  rows_ += ' ';
  append_value(rows_, value);
  rows_ += '\n';
}

void MetricFamily::write(std::string& into) const {
  if (rows_.empty()) return;
  into += "# TYPE " + name_ + (kind_ == Kind::Counter ? " counter\n" : " gauge\n");
  if (!unit_.empty()) into += "# UNIT " + name_ + " " + unit_ + "\n";
  into += "# HELP " + name_ + " " + help_ + "\n";
  into += rows_;
}

std::string open_metrics(const std::vector<MetricFamily>& families) {
  std::string text;
  for (const MetricFamily& family : families) family.write(text);
  return text + "# EOF\n";
}

}  // namespace proxy::admin
