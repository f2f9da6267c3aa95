#include "proxy/smtp/address.h"

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

// atext, and the octets of UTF-8 (RFC 6531 §3.3); the whole was tested for UTF-8 before.
bool is_atext(char c) {
  return is_alpha(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Quoted-string = DQUOTE *( qtextSMTP / "\" %d32-126 ) DQUOTE.  Its octets; 0: there is none.
std::size_t quoted_string(std::string_view text) {
  if (text.empty() || text[0] != '"') return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (is_control(text[i])) return 0;
    if (text[i] == '\\' && (++i == text.size() || is_control(text[i]) || static_cast<unsigned char>(text[i]) >= 0x80))
      return 0;
  }
  return 0;
}

// Dot-string, and the dots at its ends or in a row that Japanese carriers gave to their customers
// ("sailor..@carrier.example"): the server, not we, knows whether such a mailbox is there.
std::size_t dot_string(std::string_view text) {
  std::size_t size = 0;
  bool any = false;
  for (; size < text.size() && (is_atext(text[size]) || text[size] == '.'); ++size) any = any || text[size] != '.';
  return any ? size : 0;
}

// sub-domain = Let-dig [Ldh-str] / U-label
bool is_domain(std::string_view text) {
  bool label_open = false;
  char last = '.';
  for (const char c : text) {
    const bool letter = is_alpha(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (!letter && c != '-' && c != '.') return false;
    if ((c == '.' || c == '-') && (!label_open || (c == '.' && last == '-'))) return false;
    label_open = c != '.';
    last = c;
  }
  return label_open && last != '-';
}

// address-literal = "[" 1*dcontent "]"
bool is_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  for (const char c : text.substr(1, text.size() - 2))
    if (!is_alpha(c) && !is_digit(c) && c != '.' && c != ':' && c != '-') return false;
  return true;
}

}  // namespace

std::string_view Mailbox::domain() const {
  return at_ == text_.size() ? std::string_view() : std::string_view(text_).substr(at_ + 1);
}

bool Mailbox::ascii() const {
  return is_ascii(text_);
}

bool operator==(const Mailbox& a, const Mailbox& b) {
  return a.local() == b.local() && same_ignoring_case(a.domain(), b.domain());
}

Result<Mailbox> make_mailbox(std::string_view text) {
  if (text.size() > kMaxPath) return fail(Errc::Limit, "address: too long");
  if (!is_utf8(text)) return fail(Errc::Protocol, "address: not UTF-8");
  std::size_t local = quoted_string(text);
  if (local == 0) local = dot_string(text);
  if (local == 0) return fail(Errc::Protocol, "address: no local part");
  if (local > kMaxLocalPart) return fail(Errc::Limit, "address: local part too long");
  if (local == text.size()) {
    if (!same_ignoring_case(text, "postmaster")) return fail(Errc::Protocol, "address: no domain");
    return Mailbox(std::string(text), local);
  }
  if (text[local] != '@') return fail(Errc::Protocol, "address: no @ behind the local part");
  const std::string_view domain = text.substr(local + 1);
  if (domain.size() > kMaxDomain) return fail(Errc::Limit, "address: domain too long");
  if (!is_domain(domain) && !is_literal(domain)) return fail(Errc::Protocol, "address: no domain name");
  return Mailbox(std::string(text), local);
}

std::string Path::text() const {
  return mailbox_ ? "<" + mailbox_->text() + ">" : "<>";
}

Result<Path> parse_path(std::string_view& text) {
  if (text.empty() || text[0] != '<') return fail(Errc::Protocol, "path: no <");
  std::string_view rest = text.substr(1);
  if (rest.starts_with('@')) {  // A-d-l ":"
    const std::size_t colon = rest.find(':');
    if (colon == rest.npos || rest.substr(0, colon).find_first_of("<>\" ") != rest.npos)
      return fail(Errc::Protocol, "path: source route without end");
    rest.remove_prefix(colon + 1);
  }
  const std::size_t end = rest.find('>', quoted_string(rest));
  if (end == rest.npos) return fail(Errc::Protocol, "path: no >");
  const std::string_view inner = rest.substr(0, end);
  Path path;
  if (!inner.empty() || text[1] == '@') {
    TRY_ASSIGN(Mailbox mailbox, make_mailbox(inner));
    path = Path(std::move(mailbox));
  }
  text = rest.substr(end + 1);
  return path;
}

}  // namespace proxy::smtp
