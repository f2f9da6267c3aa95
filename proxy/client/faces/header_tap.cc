#include "proxy/client/faces/header_tap.h"

#include <array>
#include <chrono>

#include "booster/crypto/random.h"
#include "codec/mime/header.h"

namespace proxy::client::faces {
namespace {

using codec::mime::equal_ignoring_case;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// field-name = 1*ftext; blanks before the colon are obsolete, and taken.                         RFC 5322 §3.6.8, §4.5
std::string_view field_name(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  for (const char c : name) {
    if (c <= ' ' || c >= 0x7f) return {};
  }
  return name;
}

// X-Priority: 1 (Highest) · Importance: High · Priority: non-urgent · Precedence: bulk
StartClass class_of(std::string_view name, std::string_view value, StartClass before) {
  const auto is = [&value](auto... words) { return (equal_ignoring_case(value, words) || ...); };
  if (equal_ignoring_case(name, "x-priority") && !value.empty()) {
    if (value[0] == '1' || value[0] == '2') return StartClass::Urgent;
    if (value[0] == '4' || value[0] == '5') return StartClass::Bulk;
  } else if (equal_ignoring_case(name, "importance") || equal_ignoring_case(name, "priority") ||
             equal_ignoring_case(name, "x-msmail-priority")) {
    if (is("high", "urgent")) return StartClass::Urgent;
    if (is("low", "non-urgent")) return StartClass::Bulk;
  } else if (equal_ignoring_case(name, "precedence")) {
    if (is("bulk", "list", "junk")) return StartClass::Bulk;
  }
  return before;
}

}  // namespace

void HeaderTap::put(Bytes& out, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void HeaderTap::feed(ByteView octets, Bytes& out) {
  std::string_view rest = as_text(octets);
  while (!in_body_ && !rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view piece = rest.substr(0, end == std::string_view::npos ? end : end + 1);
    rest.remove_prefix(piece.size());
    line_.append(piece);
    if (end != std::string_view::npos) {
      end_line(out);
    } else if (line_.size() > kMaxHeld) {
      if (!std::exchange(long_line_, true)) begin_line(out);
      put(out, std::exchange(line_, {}));
    }
  }
  put(out, rest);
}

void HeaderTap::end_line(Bytes& out) {
  if (!std::exchange(long_line_, false)) begin_line(out);
  put(out, std::exchange(line_, {}));
}

// Of line_ its beginning, or all of it.
void HeaderTap::begin_line(Bytes& out) {
  if (line_ == "\r\n") return end_header(out, true);
  if (line_[0] == ' ' || line_[0] == '\t') {
    if (field_.size() < kMaxHeld) field_.append(line_);
  } else if (field_name(line_).empty()) {
    end_header(out, false);  // the body begins without its blank line
  } else {
    take_field();
    field_ = line_;
  }
}

void HeaderTap::take_field() {
  const std::string field = std::exchange(field_, {});
  const std::string_view name = field_name(field);
  if (name.empty()) return;
  const std::string_view value = trimmed(std::string_view(field).substr(field.find(':') + 1));
  if (equal_ignoring_case(name, "message-id") && !has_id_) {
    has_id_ = true;
    own_id_ = value;
  }
  if (equal_ignoring_case(name, "date")) has_date_ = true;
  start_class_ = class_of(name, value, start_class_);
}

void HeaderTap::end_header(Bytes& out, bool blank_follows) {
  take_field();
  in_body_ = true;
  if (!has_date_) put(out, "Date: " + made_date_ + "\r\n");
  if (!has_id_) put(out, "Message-ID: " + made_id_ + "\r\n");
  if (!blank_follows && !(has_date_ && has_id_)) put(out, "\r\n");
}

void HeaderTap::finish(Bytes& out) {
  if (in_body_) return;
  if (!line_.empty()) end_line(out);  // DATA ends with CRLF; a line without can only be of another source
  if (!in_body_) end_header(out, true);
}

std::string HeaderTap::message_id() const {
  return has_id_ ? own_id_ : made_id_;
}

std::string make_message_id(std::string_view sender) {
  const std::size_t at = sender.rfind('@');
  std::string_view domain = at == std::string_view::npos ? std::string_view() : sender.substr(at + 1);
  for (const char c : domain) {
    if (c <= ' ' || c >= 0x7f || c == '<' || c == '>') domain = {};
  }
  if (domain.empty()) domain = "packetboat.invalid";
  return "<" + codec::to_hex(booster::crypto::random_bytes(16)) + "@" + std::string(domain) + ">";
}

std::string write_mail_date(std::int64_t unix_seconds) {
  using namespace std::chrono;
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds time{seconds(unix_seconds)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  const auto two = [](auto number) {
    const std::string text = std::to_string(number);
    return text.size() < 2 ? "0" + text : text;
  };
  return std::string(kDays[weekday(day).c_encoding()]) + ", " + std::to_string(unsigned(date.day())) + " " +
         kMonths[unsigned(date.month()) - 1] + " " + std::to_string(int(date.year())) + " " +
         two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" + two(clock.seconds().count()) +
         " +0000";
}

}  // namespace proxy::client::faces
