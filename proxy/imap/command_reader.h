// A client's bytes in, whole commands out. Holds at most one command; an APPEND's message passes through in pieces.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/imap/budget.h"
#include "proxy/imap/command.h"
#include "proxy/imap/limits.h"
#include "proxy/imap/scanner.h"

namespace proxy::imap {

struct CommandLimits {
  std::size_t line = kLineBeforeLogin;        // octets outside literals
  std::size_t literal = kLiteralBeforeLogin;  // each; APPEND's message is not counted
  std::size_t command = kCommandBeforeLogin;  // all of it
  std::size_t non_sync = kNonSyncLiteral;     // {n+}; RFC 7888: LITERAL- allows 4096, LITERAL+ any
  std::uint64_t append = 0;                   // APPEND's message
  bool drop_long_lines = true;                // a stranger is dropped, a user gets BAD
  ParseLimits parse{.nesting = 1, .lists = kListsBeforeLogin};
};
CommandLimits limits_before_login();
CommandLimits limits_after_login(std::uint64_t max_append = kMaxAppend);

struct ContinueLiteral {};  // write "+ OK" CRLF: the client waits to send a literal
struct AppendBegin {        // then accept_append() (write "+ OK" first when append.synchronizing) or refuse_append()
  Tag tag;
  command::Append append;
};
struct AppendBytes {
  std::string_view bytes;  // points into what next() was given
};
struct AppendEnd {};  // literal and line are complete. A BadCommand in its place: throw the message away
struct Line {         // what expect_line() asked for, without CRLF
  std::string text;
};
struct BadCommand {  // answer `tag BAD text` (or `* BAD`); the reader is in step again
  std::optional<Tag> tag;
  Text text;
};
struct Drop {  // no IMAP client, or one that cannot be kept in step: say `* BYE reason`, close. No event follows
  Text reason;
};
using CommandEvent =
    std::variant<Command, ContinueLiteral, AppendBegin, AppendBytes, AppendEnd, Line, BadCommand, Drop>;

// Shape   pull: call next() until nullopt, then read more. Bytes not taken yet stay in `in` (after STARTTLS: throw them
// away) Limits  memory <= min(limits.command, budget); time linear in the bytes Quirk   BareLf: LF alone ends a line
// (scripts, netcat)
class CommandReader {
 public:
  explicit CommandReader(ByteBudget& budget, CommandLimits limits = limits_before_login());
  ~CommandReader();
  CommandReader(const CommandReader&) = delete;
  CommandReader& operator=(const CommandReader&) = delete;

  std::optional<CommandEvent> next(std::string_view& in);

  void set_limits(const CommandLimits& limits) { limits_ = limits; }  // between commands: after login
  void expect_line();  // the next line is no command (AUTHENTICATE, IDLE)
  void accept_append();
  void refuse_append();  // the literal is swallowed, or never comes
  bool between_commands() const { return state_ == State::Line && buffer_.empty(); }

 private:
  enum class State { Line, Literal, AppendAsked, AppendBody, AppendTail, SkipBytes, SkipLine, Dropped };

  std::optional<CommandEvent> step(std::string_view& in);
  std::optional<CommandEvent> read_line(std::string_view& in);
  std::optional<CommandEvent> end_of_line();
  std::optional<CommandEvent> end_of_append(std::string_view line);
  std::optional<CommandEvent> begin_literal(const LiteralMark& mark);
  CommandEvent begin_append(const LiteralMark& mark);
  CommandEvent finish_command();
  void read_literal(std::string_view& in);
  CommandEvent read_append(std::string_view& in);
  std::optional<CommandEvent> skip_bytes(std::string_view& in);
  std::optional<CommandEvent> skip_line(std::string_view& in);
  CommandEvent line_too_long();
  CommandEvent refuse(const LiteralMark& mark, std::string_view why);
  CommandEvent bad(std::string_view why);
  CommandEvent drop(std::string_view why);
  std::size_t keep(std::string_view bytes);
  bool is_append_message(const LiteralMark& mark) const;
  std::string_view line() const;  // the current one, without its CRLF
  void reset();

  ByteBudget& budget_;
  CommandLimits limits_;
  State state_ = State::Line;
  std::string buffer_;             // the command so far, literals inline
  std::size_t taken_ = 0;          // of the budget
  std::size_t outside_ = 0;        // octets of the command outside literals
  std::size_t segment_ = 0;        // where the current line began in buffer_
  std::uint64_t left_ = 0;         // octets of the literal still to come, or to skip
  std::size_t skipped_ = 0;        // since the last whole command
  std::string tail_;               // end of a skipped line: is it a literal's announcement?
  std::optional<Tag> append_tag_;  // of the APPEND whose message is coming
  bool append_waits_ = false;      // its client waits for "+"
  bool expect_line_ = false;
};

}  // namespace proxy::imap
