// The first octet cuts the rest into pieces and says when bodies are streamed; whatever the cut, the reader tells the
// same. What parses is written and parses again.
#include <cstdint>
#include <cstdlib>

#include "proxy/imap/response_reader.h"
#include "proxy/imap/write.h"

using namespace proxy::imap;

namespace {

// SEARCH is written number by number: only what the line's length bounds comes here.
void comes_back(const Response& response) {
  if (std::holds_alternative<response::Unknown>(response)) return;  // known by name only: nobody writes one
  std::string text;
  write_response(text, response);
  const auto again = parse_response(std::string_view(text).substr(0, text.size() - 2));
  if (!again || again->index() != response.index()) std::abort();
  std::string twice;
  write_response(twice, *again);
  if (twice != text) std::abort();
}

std::string read(std::string_view input, std::size_t piece, ResponseLimits limits, bool check) {
  ResponseReader reader(limits);
  std::string log;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    std::string_view in = input.substr(at, piece);
    for (;;) {
      const auto event = reader.next(in);
      if (!event) return log + "!";
      if (!*event) break;
      if (const auto* bytes = std::get_if<BodyBytes>(&**event)) {
        log += bytes->bytes;
        continue;
      }
      if (const auto* response = std::get_if<Response>(&**event)) {
        if (check) comes_back(*response);
        write_response(log, *response);
      }
      log += static_cast<char>('0' + (*event)->index());
    }
    if (!in.empty()) std::abort();
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  ResponseLimits limits;
  limits.line = 64 * 1024;
  limits.stream_above = data[0] / 16;
  const std::string whole = read(input, input.size(), limits, true);
  if (whole != read(input, std::size_t{1} + data[0] % 16, limits, false)) std::abort();
  return 0;
}
