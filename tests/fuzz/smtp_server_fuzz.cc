// A program's octets: the machine never crashes, asks before it goes on, writes only lines, and passes nothing bare.
#include <algorithm>
#include <cstdint>

#include "codec/base/check.h"
#include "proxy/smtp/server.h"

using namespace proxy;        // NOLINT
using namespace proxy::smtp;  // NOLINT

namespace {

void check_lines(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) CHECK((text[i] == '\n') == (i > 0 && text[i - 1] == '\r'));
}

void answer(Server& server, const ServerEvent& event, std::string& message) {
  if (const auto* piece = std::get_if<DataPiece>(&event)) message += as_text(piece->octets);
  if (std::holds_alternative<DataEnd>(event)) check_lines(message);
  if (std::holds_alternative<DataEnd>(event) || std::holds_alternative<DataRefused>(event)) message.clear();
  if (std::holds_alternative<StartTlsRequest>(event)) return server.tls_started();
  if (const auto* to = std::get_if<RecipientTo>(&event); to && to->to.text().size() % 3 == 0)
    return server.refuse({550, "5.1.1 No"});
  if (server.answer_due()) server.accept();
}

void drive(ByteView bytes, std::size_t step, bool tls) {
  ServerOptions options;
  options.host = "x";
  options.tls = tls;
  options.offers.auth = {"PLAIN", "LOGIN"};
  options.offers.start_tls = options.offers.dsn = options.offers.smtp_utf8 = options.offers.eight_bit_mime = true;
  options.max_size = 1000;
  Server server(options);
  std::string message;
  // A prologue, so that the fuzzer need not find base64 before it sees a transaction.
  const std::string_view prologue[] = {"EHLO a\r\n", "AUTH PLAIN AGEAYg==\r\n"};
  for (std::size_t i = 0; tls && i < 2; ++i) {
    ByteView in = as_bytes(prologue[i]);
    while (auto event = server.next_event(in).value()) answer(server, *event, message);
  }
  while (!bytes.empty()) {
    ByteView in = bytes.first(std::min(step, bytes.size()));
    bytes = bytes.subspan(in.size());
    for (;;) {
      const auto event = server.next_event(in);
      check_lines(as_text(server.take_output()));
      if (!event) return;
      if (!*event) break;
      answer(server, **event, message);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  for (const bool tls : {false, true})
    for (const std::size_t step : {std::size_t{1}, std::size_t{13}, std::max<std::size_t>(size, 1)})
      drive(bytes, step, tls);
  return 0;
}
