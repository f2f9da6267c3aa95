#include "proxy/smtp/ehlo.h"

#include <algorithm>

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

struct Flag {
  std::string_view keyword;
  bool Capabilities::*offered;
};
constexpr Flag kFlags[] = {{"PIPELINING", &Capabilities::pipelining},
                           {"8BITMIME", &Capabilities::eight_bit_mime},
                           {"SMTPUTF8", &Capabilities::smtp_utf8},
                           {"DSN", &Capabilities::dsn},
                           {"ENHANCEDSTATUSCODES", &Capabilities::enhanced_status_codes},
                           {"CHUNKING", &Capabilities::chunking},
                           {"STARTTLS", &Capabilities::start_tls}};

void take_auth(std::string_view mechanisms, Capabilities& out) {
  while (!mechanisms.empty()) {
    std::string name(take_word(mechanisms));
    std::ranges::transform(name, name.begin(), upper);
    if (!name.empty() && !out.has_auth(name)) out.auth.push_back(std::move(name));
  }
}

// ehlo-keyword *( SP ehlo-param )
void take_line(std::string_view line, Capabilities& out) {
  // "AUTH=LOGIN PLAIN" is how Exchange 5.5 and its imitators wrote it for Outlook Express.
  if (starts_ignoring_case(line, "AUTH=")) return take_auth(line.substr(5), out);
  const std::string_view keyword = take_word(line);
  for (const Flag& flag : kFlags)
    if (same_ignoring_case(keyword, flag.keyword)) out.*flag.offered = true;
  if (same_ignoring_case(keyword, "AUTH")) take_auth(line, out);
  if (same_ignoring_case(keyword, "SIZE")) {
    out.size = true;
    out.max_size = parse_number(take_word(line)).value_or(0);
  }
}

}  // namespace

bool Capabilities::has_auth(std::string_view mechanism) const {
  return std::ranges::any_of(auth, [mechanism](const std::string& one) { return same_ignoring_case(one, mechanism); });
}

Capabilities parse_ehlo(const Reply& reply) {
  Capabilities out;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) take_line(reply.lines[i], out);
  return out;
}

Reply write_ehlo(std::string_view host, const Capabilities& offers) {
  Reply reply(250, std::string(host));
  for (const Flag& flag : kFlags)
    if (offers.*flag.offered) reply.lines.emplace_back(flag.keyword);
  if (offers.size) reply.lines.push_back("SIZE" + (offers.max_size ? " " + std::to_string(offers.max_size) : ""));
  if (!offers.auth.empty()) {
    std::string line = "AUTH";
    for (const std::string& mechanism : offers.auth) line += " " + mechanism;
    reply.lines.push_back(std::move(line));
  }
  return reply;
}

}  // namespace proxy::smtp
