// A server's octets: replies come out the same in any pieces; and the client machine, led by them, never writes a bare
// CR or LF and never ends a message twice.
#include <algorithm>
#include <cstdint>

#include "codec/base/check.h"
#include "proxy/smtp/client.h"

using namespace proxy;        // NOLINT
using namespace proxy::smtp;  // NOLINT

namespace {

std::vector<Reply> read_all(ByteView bytes, std::size_t step) {
  ReplyReader reader;
  std::vector<Reply> replies;
  while (!bytes.empty()) {
    ByteView in = bytes.first(std::min(step, bytes.size()));
    bytes = bytes.subspan(in.size());
    for (;;) {
      auto reply = reader.next(in);
      if (!reply) return replies;
      if (!*reply) break;
      (void)parse_ehlo(**reply);
      Bytes written;
      write_reply(**reply, written);
      ByteView again = written;
      CHECK(ReplyReader().next(again).value()->code == (*reply)->code);
      replies.push_back(**std::move(reply));
    }
  }
  return replies;
}

void check_lines(const Bytes& out) {
  const std::string_view text = as_text(out);
  for (std::size_t i = 0; i < text.size(); ++i) CHECK((text[i] == '\n') == (i > 0 && text[i - 1] == '\r'));
  CHECK(text.empty() || text.ends_with("\r\n"));
}

void drive(ByteView bytes) {
  ClientOptions options;
  options.host = "g";
  options.need_tls = false;
  options.credentials = Credentials{"", "u", "p"};
  Client client(options);
  Envelope envelope;
  envelope.recipients = {{Path(make_mailbox("a@x").value()), {}}, {Path(make_mailbox("b@x").value()), {}}};
  while (!bytes.empty()) {
    const ByteView in = bytes.first(std::min<std::size_t>(5, bytes.size()));
    bytes = bytes.subspan(in.size());
    if (!client.on_bytes(in)) return;
    while (const auto event = client.next_event()) {
      if (std::holds_alternative<Ready>(*event) && client.step() == Step::Idle) CHECK(client.begin(envelope));
      if (std::holds_alternative<SendMessage>(*event) && client.step() == Step::Message) {
        CHECK(client.write_message(as_bytes("a\r\n.\r\n")));
        CHECK(client.end_message());
        CHECK(!client.end_message());
      }
    }
    check_lines(client.take_output());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  CHECK(read_all(bytes, 1) == read_all(bytes, std::max<std::size_t>(size, 1)));
  drive(bytes);
  return 0;
}
