#include "proxy/smtp/parameters.h"

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

Reply unknown() {
  return {555, "5.5.4 Parameter not offered here"};
}
Reply wrong() {
  return {501, "5.5.4 Parameter value not understood"};
}

struct Parameter {
  std::string_view keyword;
  std::optional<std::string_view> value;
};

Parameter split(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos) return {word, std::nullopt};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

// Each keyword at most once; `take` says whether it knows the keyword and likes the value.
template <class Take>
std::optional<Reply> each(std::string_view text, Take take) {
  std::vector<std::string_view> seen;
  while (!text.empty()) {
    const std::string_view word = take_word(text);
    if (word.empty()) continue;  // two spaces in a row: old Eudora and hand-typed sessions
    const Parameter parameter = split(word);
    for (const std::string_view before : seen)
      if (same_ignoring_case(before, parameter.keyword)) return wrong();
    seen.push_back(parameter.keyword);
    if (seen.size() > kMaxParameters) return wrong();
    if (std::optional<Reply> refusal = take(parameter)) return refusal;
  }
  return std::nullopt;
}

std::optional<Reply> take_size(std::string_view value, const Capabilities& offers, MailParameters& out) {
  if (!offers.size) return unknown();
  out.size = parse_number(value);
  if (!out.size) return wrong();
  if (offers.max_size != 0 && *out.size > offers.max_size) return Reply(552, "5.3.4 Message larger than can be taken");
  return std::nullopt;
}

std::optional<Reply> take_body(std::string_view value, const Capabilities& offers, MailParameters& out) {
  if (!offers.eight_bit_mime) return unknown();
  if (same_ignoring_case(value, "7BIT"))
    out.body = BodyType::SevenBit;
  else if (same_ignoring_case(value, "8BITMIME"))
    out.body = BodyType::EightBitMime;
  else
    return wrong();
  return std::nullopt;
}

std::optional<Reply> take_ret(std::string_view value, const Capabilities& offers, MailParameters& out) {
  if (!offers.dsn) return unknown();
  if (same_ignoring_case(value, "FULL"))
    out.ret = Return::Full;
  else if (same_ignoring_case(value, "HDRS"))
    out.ret = Return::Headers;
  else
    return wrong();
  return std::nullopt;
}

std::optional<Reply> take_envid(std::string_view value, const Capabilities& offers, MailParameters& out) {
  if (!offers.dsn) return unknown();
  const auto decoded = parse_xtext(value);
  if (!decoded || decoded->empty() || decoded->size() > kMaxEnvid) return wrong();
  out.envid = std::string(value);
  return std::nullopt;
}

std::optional<Reply> take_auth(std::string_view value, const Capabilities& offers, MailParameters& out) {
  if (offers.auth.empty()) return unknown();
  if (value != "<>" && (value.empty() || value.size() > kMaxOrcpt || !is_xtext(value))) return wrong();
  out.auth = std::string(value);
  return std::nullopt;
}

// notify-esmtp-value = "NEVER" / 1#notify-list-element
std::optional<Reply> take_notify(std::string_view value, RecipientParameters& out) {
  Notify notify;
  bool never = false;
  for (std::size_t count = 0; !value.empty() || count == 0; ++count) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::string_view word = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    if (same_ignoring_case(word, "NEVER") && count == 0)
      never = true;
    else if (same_ignoring_case(word, "SUCCESS"))
      notify.success = true;
    else if (same_ignoring_case(word, "FAILURE"))
      notify.failure = true;
    else if (same_ignoring_case(word, "DELAY"))
      notify.delay = true;
    else
      return wrong();
    if (never && count > 0) return wrong();
  }
  out.notify = notify;
  return std::nullopt;
}

// orcpt-parameter = "ORCPT=" addr-type ";" xtext;  for utf-8 also RFC 6533 §3's forms, whose octets above 127 stand
// plain
std::optional<Reply> take_orcpt(std::string_view value, RecipientParameters& out) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == value.npos || semicolon == 0 || value.size() > kMaxOrcpt) return wrong();
  for (const char c : value.substr(0, semicolon))
    if (!is_alpha(c) && !is_digit(c) && c != '-') return wrong();
  const std::string_view address = value.substr(semicolon + 1);
  const bool utf8 = same_ignoring_case(value.substr(0, semicolon), "utf-8");
  if (address.empty() || !is_utf8(address)) return wrong();
  if (!utf8 && !is_xtext(address)) return wrong();
  for (const char c : address)
    if (is_control(c) || c == '=' || c == '<' || c == '>') return wrong();
  out.orcpt = std::string(value);
  return std::nullopt;
}

}  // namespace

std::optional<Reply> parse_parameters(std::string_view text, const Capabilities& offers, MailParameters& out) {
  return each(text, [&](const Parameter& one) -> std::optional<Reply> {
    if (same_ignoring_case(one.keyword, "SMTPUTF8")) {
      if (!offers.smtp_utf8) return unknown();
      if (one.value) return wrong();
      out.smtp_utf8 = true;
      return std::nullopt;
    }
    const std::string_view value = one.value.value_or(std::string_view());
    if (same_ignoring_case(one.keyword, "SIZE")) return take_size(value, offers, out);
    if (same_ignoring_case(one.keyword, "BODY")) return take_body(value, offers, out);
    if (same_ignoring_case(one.keyword, "RET")) return take_ret(value, offers, out);
    if (same_ignoring_case(one.keyword, "ENVID")) return take_envid(value, offers, out);
    if (same_ignoring_case(one.keyword, "AUTH")) return take_auth(value, offers, out);
    return unknown();
  });
}

std::optional<Reply> parse_parameters(std::string_view text, const Capabilities& offers, RecipientParameters& out) {
  return each(text, [&](const Parameter& one) -> std::optional<Reply> {
    if (!offers.dsn) return unknown();
    const std::string_view value = one.value.value_or(std::string_view());
    if (same_ignoring_case(one.keyword, "NOTIFY")) return take_notify(value, out);
    if (same_ignoring_case(one.keyword, "ORCPT")) return take_orcpt(value, out);
    return unknown();
  });
}

}  // namespace proxy::smtp
