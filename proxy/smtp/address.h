// Addresses of the envelope. Only make_mailbox and parse_path make them, so none can hold CR, LF or another control.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "proxy/smtp/limits.h"

namespace proxy::smtp {

// Local-part "@" Domain, as written.                                               Source: RFC 5321 §4.1.2, RFC 6531
// §3.3
class Mailbox {
 public:
  std::string_view local() const { return std::string_view(text_).substr(0, at_); }
  std::string_view domain() const;  // empty for a bare "Postmaster"
  const std::string& text() const { return text_; }
  bool ascii() const;                                  // false: needs SMTPUTF8
  std::string_view redacted() const { return "<…>"; }  // what a log may show
  // Domains without regard to case, local parts octet for octet.
  friend bool operator==(const Mailbox& a, const Mailbox& b);

 private:
  friend Result<Mailbox> make_mailbox(std::string_view text);
  Mailbox(std::string text, std::size_t at) : text_(std::move(text)), at_(at) {}

  std::string text_;
  std::size_t at_;  // of the "@" that parts them
};

// Mailbox = ( Dot-string / Quoted-string ) "@" ( Domain / address-literal );  UTF-8 where RFC 6531 allows it
//   Limits  kMaxLocalPart, kMaxDomain, kMaxPath
//   Errors  Protocol: no such thing · Limit
Result<Mailbox> make_mailbox(std::string_view text);

// "<>" or "<mailbox>".
class Path {
 public:
  Path() = default;  // the null reverse-path
  explicit Path(Mailbox mailbox) : mailbox_(std::move(mailbox)) {}
  bool null() const { return !mailbox_; }
  const Mailbox* mailbox() const { return mailbox_ ? &*mailbox_ : nullptr; }
  std::string text() const;  // with the angles
  bool ascii() const { return !mailbox_ || mailbox_->ascii(); }
  friend bool operator==(const Path&, const Path&) = default;

 private:
  std::optional<Mailbox> mailbox_;
};

// Path = "<" [ A-d-l ":" ] Mailbox ">"  /  "<>"; a source route is taken and forgotten (§4.1.1.3 of RFC 5321).
// Takes it from the front of `text`.
Result<Path> parse_path(std::string_view& text);

}  // namespace proxy::smtp
