// Commands and responses as text. What is written comes from types that hold no bad text, or goes out quoted or as a
// literal.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/imap/command.h"
#include "proxy/imap/response.h"

namespace proxy::imap {

// string = quoted / literal, by content: CR, LF, NUL, 8-bit, or more than kMaxQuoted octets need a literal.
void write_string(std::string& out, std::string_view text);
void write_nstring(std::string& out, const std::optional<std::string>& text);  // NIL
void write_mailbox(std::string& out, const MailboxName& mailbox);              // atom, quoted or literal

enum class LiteralSupport { Sync, Minus, Plus };  // none, LITERAL-, LITERAL+ (RFC 7888)

// A command ready to send, with its CRLF: every piece but the first waits for the server's "+".
struct CommandText {
  std::vector<std::string> pieces;
};

// APPEND ends with "{n}" CRLF or "{n+}" CRLF: then send its octets (after "+" unless ends_non_sync) and CRLF.
CommandText write_command(const Command& command, LiteralSupport literals);
bool ends_non_sync(const CommandText& text);  // of an APPEND: its octets may follow at once

void write_response(std::string& out, const Response& response);  // one response with its CRLF

// One FETCH response item by item, bodies streamed by the caller:
//   FetchWriter w(out, n); w.uid(u); w.flags(f); w.begin_body(section, origin, size); ...size octets into out...;
//   w.end();
class FetchWriter {
 public:
  FetchWriter(std::string& out, SeqNumber number);

  void uid(Uid uid);
  void flags(const FlagSet& flags);
  void mod_seq(ModSeq mod_seq);
  void internal_date(const DateTime& date);
  void size(std::uint64_t octets);
  void envelope(std::string_view text);                         // as structure.h writes it
  void body_structure(std::string_view text, bool extensions);  // BODYSTRUCTURE, or BODY
  void email_id(std::string_view id);
  void thread_id(const std::optional<std::string>& id);
  // Writes `name {size}` CRLF; exactly `size` octets must follow in the stream before the next call.
  void begin_body(const FetchItem& item, std::uint64_t size);
  void body(const FetchItem& item, const std::optional<std::string>& content);  // small ones, or NIL
  void end();

 private:
  void item(std::string_view name);
  void body_name(const FetchItem& item);
  std::string& out_;
  bool first_ = true;
};

}  // namespace proxy::imap
