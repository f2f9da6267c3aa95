// The first octet cuts the rest into pieces; whatever the cut, the reader tells the same. What parses is written and
// parses again.
#include <cstdint>
#include <cstdlib>

#include "proxy/imap/command_reader.h"
#include "proxy/imap/write.h"

using namespace proxy::imap;

namespace {

std::string one_text(const CommandText& text) {
  std::string out;
  for (const std::string& piece : text.pieces) out += piece;
  return out;
}

void comes_back(const Command& command) {
  const std::string text = one_text(write_command(command, LiteralSupport::Sync));
  const auto again = parse_command(std::string_view(text).substr(0, text.size() - 2));
  if (!again || one_text(write_command(*again, LiteralSupport::Sync)) != text) std::abort();
}

std::string read(std::string_view input, std::size_t piece, bool check) {
  ByteBudget budget(64 * 1024);
  CommandReader reader(budget, limits_after_login(1 << 20));
  std::string log;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    std::string_view in = input.substr(at, piece);
    while (auto event = reader.next(in)) {
      if (const auto* command = std::get_if<Command>(&*event)) {
        if (check) comes_back(*command);
        log += verb(*command);
        if (verb(*command) == "IDLE") reader.expect_line();
      } else if (const auto* begin = std::get_if<AppendBegin>(&*event)) {
        if (check) comes_back({begin->tag, begin->append});
        begin->append.size % 2 == 0 ? reader.accept_append() : reader.refuse_append();
      } else if (const auto* bytes = std::get_if<AppendBytes>(&*event)) {
        log += bytes->bytes;
        continue;
      } else if (const auto* bad = std::get_if<BadCommand>(&*event)) {
        log += bad->text.text();
      }
      log += static_cast<char>('0' + event->index());
    }
    if (!in.empty() || budget.used() > budget.limit()) std::abort();
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(input, input.size(), true) != read(input, std::size_t{1} + data[0] % 16, false)) std::abort();
  (void)parse_command(input, {.nesting = 1, .lists = 1});
  return 0;
}
