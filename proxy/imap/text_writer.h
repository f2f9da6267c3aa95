// What the writers share. Inside of this folder only.
#pragma once
#include <string>
#include <string_view>

#include "proxy/imap/write.h"

namespace proxy::imap {

bool fits_quoted(std::string_view text);  // no octet that needs a literal, at most kMaxQuoted
bool fits_atom(std::string_view text);    // may stand bare as an astring; not NIL, which some parsers take for nil
void write_quoted(std::string& out, std::string_view text);   // only what fits_quoted
void write_object_id(std::string& out, std::string_view id);  // "(id)", RFC 8474

// Text of one command that is cut where a literal must wait for "+".
class CommandBuilder {
 public:
  explicit CommandBuilder(LiteralSupport literals) : literals_(literals) { text_.pieces.emplace_back(); }

  CommandBuilder& raw(std::string_view text) {
    text_.pieces.back().append(text);
    return *this;
  }
  CommandBuilder& number(std::uint64_t value) { return raw(std::to_string(value)); }
  CommandBuilder& set(const SequenceSet& set) { return raw(to_string(set)); }
  CommandBuilder& string(std::string_view text);
  CommandBuilder& astring(std::string_view text);
  CommandBuilder& mailbox(const MailboxName& mailbox) { return astring(mailbox.wire()); }
  void announce(std::uint64_t size);  // "{n}" CRLF or "{n+}" CRLF; a new piece when it must wait
  bool is_non_sync(std::uint64_t size) const;
  std::string& out() { return text_.pieces.back(); }
  CommandText take() { return std::move(text_); }

 private:
  CommandText text_;
  LiteralSupport literals_;
};

void write_search_key(CommandBuilder& out, const SearchKey& key);
void write_fetch_item(std::string& out, const FetchItem& item);

}  // namespace proxy::imap
