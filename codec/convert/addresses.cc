// address-list = (address *("," address)), address = mailbox / group, read forgivingly in one pass.     RFC 5322
// §3.4, 4.4
#include <utility>

#include "codec/convert/envelope.h"
#include "codec/mime/tokens.h"

namespace codec::convert {
namespace {

constexpr std::string_view kSpecials = "\"(<>@,;:[\\";
constexpr std::string_view kNoDomain = "MISSING_DOMAIN";  // the words Dovecot shows; a NIL host would mean a group
constexpr std::string_view kNoMailbox = "MISSING_MAILBOX";

// Words as they come: blanks between them become one space.
class Phrase {
 public:
  void add(std::string_view word, bool blank_before) {
    if (blank_before && any_) text_ += ' ';
    several_ = any_ && (several_ || blank_before);
    text_ += word;
    any_ = true;
  }
  bool any() const { return any_; }
  bool several() const { return any_ && several_; }
  std::string take() {
    any_ = false;
    return std::exchange(text_, {});
  }

 private:
  std::string text_;
  bool any_ = false;
  bool several_ = false;
};

class AddressReader {
 public:
  explicit AddressReader(std::string_view value) : in_(value) {}

  Addresses run();

 private:
  bool skip_blanks();
  void take_word(bool blank_before);
  void take_angle();
  void start_group();
  void end_group();
  void finish();
  std::string local_part(std::string_view stops);
  std::string domain();

  mime::TokenReader in_;
  Addresses out_;
  Phrase phrase_;
  std::optional<std::string> domain_;   // behind an "@" outside "<>"
  std::optional<std::string> comment_;  // the last one
  std::optional<Address> angle_;        // what "<…>" held
  bool in_group_ = false;
};

// Skips blanks and comments, remembering the last comment; whether there were any.
bool AddressReader::skip_blanks() {
  bool any = false;
  for (;; any = true) {
    if (in_.peek() == '(' && !in_.at_end()) {
      comment_ = in_.comment();
    } else if (!in_.at_end() && std::string_view(" \t\r\n").find(in_.peek()) != std::string_view::npos) {
      in_.skip();
    } else {
      return any;
    }
  }
}

// One quoted string, atom, or stray octet.
void AddressReader::take_word(bool blank_before) {
  if (in_.peek() == '"') return phrase_.add(in_.quoted(), blank_before);
  const std::string_view atom = in_.until(kSpecials);
  if (!atom.empty()) return phrase_.add(atom, blank_before);
  if (in_.take('\\') || in_.peek() == '>') {
    if (in_.peek() != '>') phrase_.add(std::string(1, in_.peek()), blank_before);
    in_.skip();
  } else {  // "["
    phrase_.add(std::string(1, in_.peek()), blank_before);
    in_.skip();
  }
}

std::string AddressReader::local_part(std::string_view stops) {
  std::string text;
  for (skip_blanks(); !in_.at_end() && stops.find(in_.peek()) == std::string_view::npos; skip_blanks()) {
    if (in_.peek() == '"') {
      text += in_.quoted();
    } else if (const std::string_view atom = in_.until("\"(<>@,;:"); !atom.empty()) {
      text += atom;
    } else {
      text += in_.peek();
      in_.skip();
    }
  }
  return text;
}

// domain = dot-atom / "[" … "]"
std::string AddressReader::domain() {
  std::string text;
  for (skip_blanks(); !in_.at_end(); skip_blanks()) {
    if (in_.peek() == '[') {
      text += in_.until("]");
      if (in_.take(']')) text += ']';
    } else if (const std::string_view atom = in_.until("\"(<>@,;:["); !atom.empty()) {
      if (!text.empty() && text.back() != '.' && atom.front() != '.') break;  // another word: not the domain's
      text += atom;
    } else {
      break;
    }
  }
  return text;
}

// angle-addr = "<" [at-domain-list ":"] local-part "@" domain ">"
void AddressReader::take_angle() {
  in_.skip();
  Address address;
  skip_blanks();
  if (in_.peek() == '@') {
    std::string route = local_part(":>");
    if (in_.take(':')) address.route = std::move(route);
  }
  address.mailbox = local_part("@>");
  address.host = in_.take('@') ? domain() : std::string();
  while (!in_.at_end() && in_.peek() != '>' && in_.peek() != ',') in_.skip();
  in_.take('>');
  if (angle_) return;  // the first counts, as for what stands behind it
  angle_ = std::move(address);
  if (domain_) phrase_.add("@" + *domain_, false);
  if (phrase_.any()) angle_->name = phrase_.take();
  domain_.reset();
}

void AddressReader::start_group() {
  Address start;
  start.mailbox = phrase_.take();
  out_.push_back(std::move(start));
  comment_.reset();
  in_group_ = true;
}

void AddressReader::end_group() {
  if (in_group_) out_.emplace_back();
  in_group_ = false;
}

// Ends one mailbox: at a comma, a semicolon or the end.
void AddressReader::finish() {
  Address address;
  if (angle_) {
    address = *std::move(angle_);
    if (!address.name) address.name = comment_;
  } else if (!domain_ && phrase_.several()) {  // a name alone
    address.name = phrase_.take();
    address.mailbox.emplace();
    address.host.emplace();
  } else if (domain_ || phrase_.any()) {
    address.mailbox = phrase_.take();
    address.host = domain_.value_or("");
    address.name = comment_;
  }
  const bool any = address.mailbox.has_value();
  if (any && address.mailbox->empty()) address.mailbox = kNoMailbox;
  if (any && address.host->empty()) address.host = kNoDomain;
  if (any) out_.push_back(std::move(address));
  phrase_.take();
  angle_.reset();
  domain_.reset();
  comment_.reset();
}

Addresses AddressReader::run() {
  for (bool blank = skip_blanks(); !in_.at_end() && out_.size() < kMaxAddresses - 1; blank = skip_blanks()) {
    const char c = in_.peek();
    if (c == ',' || c == ';') {
      finish();
      if (c == ';') end_group();
      in_.skip();
    } else if (c == ':') {
      if (!in_group_ && !angle_ && !domain_) start_group();
      in_.skip();
    } else if (c == '<') {
      take_angle();
    } else if (c == '@') {
      in_.skip();
      domain_ = domain();
    } else if (angle_) {
      take_word(false);
      phrase_ = {};
    } else {
      take_word(blank);
    }
  }
  finish();
  if (out_.size() < kMaxAddresses) end_group();
  return std::move(out_);
}

}  // namespace

Addresses parse_addresses(std::string_view value) {
  return AddressReader(value).run();
}

}  // namespace codec::convert
