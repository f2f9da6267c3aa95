// The words of one whole command or response, taken from the front. Literals stand inline: "{n}" CRLF octets.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/imap/flags.h"
#include "proxy/imap/sequence_set.h"
#include "proxy/imap/types.h"

namespace proxy::imap {

// "{n}", "{n+}", "~{n}" at the end of a line (without its CRLF).
struct LiteralMark {
  std::uint64_t size = 0;
  bool non_sync = false;
  std::size_t at = 0;  // where "{" or "~{" stands
};
std::string_view without_line_end(std::string_view line);          // CRLF, or a bare LF (quirk BareLf)
std::optional<LiteralMark> literal_at_end(std::string_view line);  // a size above 63 bits reads as the largest

struct ScanRules {
  std::uint32_t nesting = 32;
  std::uint32_t lists = UINT32_MAX;       // parentheses opened in all
  bool server = false;                    // whose text: of a server the quirks are taken
  std::span<const std::size_t> streamed;  // where a literal's octets were taken out
};

// Errors  Protocol: "expected WHAT at octet N", the position then undefined · Limit: nesting, lists
// Owns    borrows the text; views point into it
class Scanner {
 public:
  Scanner(std::string_view text, const ScanRules& rules) : text_(text), rules_(rules) {}

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::size_t position() const { return at_; }
  std::string_view rest() const { return text_.substr(at_); }
  std::string_view since(std::size_t from) const { return text_.substr(from, at_ - from); }
  const ScanRules& rules() const { return rules_; }
  tl::unexpected<Error> expected(std::string_view what) const;

  bool eat(char c);
  bool eat_word(std::string_view word);  // without case; a whole word: no letter, digit, "." or "-" follows
  Result<> expect(char c, std::string_view what);
  Result<> space() { return expect(' ', "a space"); }
  Result<> end() const;  // nothing is left

  std::string_view word();   // 1*(letter / digit / "." / "-" / "_"); empty: none here
  std::string_view token();  // up to SP, "(", ")" or the end
  Result<std::string_view> atom(std::string_view what);
  Result<std::uint32_t> number(std::string_view what);
  Result<std::uint32_t> nz_number(std::string_view what);
  Result<std::uint64_t> number64(std::string_view what);
  Result<ModSeq> mod_seq();
  Result<SequenceSet> sequence_set();
  Result<std::string> string(std::string_view what);   // quoted / literal
  Result<std::string> astring(std::string_view what);  // 1*ASTRING-CHAR / string
  Result<std::optional<std::string>> nstring(std::string_view what);
  Result<std::string> list_mailbox();  // with wildcards, not decoded
  Result<FlagSet> flag_list();         // "(" [flag *(SP flag)] ")"

  // "(" objectid ")"   RFC 8474.   Quirk GarbageObjectId: what is no id is left out
  Result<std::optional<std::string>> object_id(std::string_view what);

  Result<> open_list(std::string_view what);
  Result<> close_list();
  Result<> enter();  // one level deeper without a parenthesis: NOT, OR
  void leave() { --depth_; }
  Result<std::string_view> skip_value();  // any balanced value, without recursion: atom, string, list
  bool at_streamed_literal();             // then its mark is taken

 private:
  Result<std::string_view> literal();
  Result<std::string> quoted();
  Result<> skip_string();
  std::string_view run(bool (*allowed)(char));

  std::string_view text_;
  ScanRules rules_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  std::uint32_t opened_ = 0;
  std::size_t next_streamed_ = 0;
};

}  // namespace proxy::imap
