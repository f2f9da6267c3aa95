// Mailbox names: UTF-8 inside, modified UTF-7 on an IMAP4rev1 wire.              Source: RFC 3501 §5.1, §5.1.3
#pragma once
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace proxy::imap {

// Shape   valid UTF-8 without controls; INBOX in any case is "INBOX"; compared exactly
// Limits  kMaxMailboxName octets of UTF-8
class MailboxName {
 public:
  const std::string& utf8() const { return utf8_; }
  std::string wire() const;  // modified UTF-7, or the server's own octets where these were not canonical
  bool is_inbox() const { return utf8_ == "INBOX"; }
  friend bool operator==(const MailboxName&, const MailboxName&) = default;
  friend auto operator<=>(const MailboxName&, const MailboxName&) = default;

 private:
  friend Result<MailboxName> make_mailbox_name(std::string_view);
  friend Result<MailboxName> parse_mailbox_name(std::string_view);
  friend Result<MailboxName> parse_server_mailbox_name(std::string_view);
  explicit MailboxName(std::string utf8) : utf8_(std::move(utf8)) {}
  std::string utf8_;
  std::string wire_;  // empty: the canonical encoding of utf8_
};

Result<MailboxName> make_mailbox_name(std::string_view utf8);   // Errors  Protocol: empty, not UTF-8, controls · Limit
Result<MailboxName> parse_mailbox_name(std::string_view wire);  // Errors  also Protocol: not modified UTF-7

// As parse_mailbox_name, but a name that is not modified UTF-7 ("R&D") is taken as it stands, so that it can be
// addressed.
Result<MailboxName> parse_server_mailbox_name(std::string_view wire);

// A character may stand for itself in UTF-8 (RFC 9051 clients), a shift may be superfluous ("&AOk-&AOk-"). ASCII within
// base64, left-over bits, half a surrogate pair are Protocol.
Result<std::string> decode_modified_utf7(std::string_view wire);
std::string encode_modified_utf7(std::string_view utf8);  // what is not UTF-8 becomes U+FFFD

}  // namespace proxy::imap
