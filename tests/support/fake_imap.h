// ScriptedImap: the server's side of a transcript over a MemoryStream. Each step waits for one line of the client that
// holds `expect`, and says `say` with every "$" replaced by that line's tag. An empty `expect` waits for nothing.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "booster/net/buffered_reader.h"
#include "booster/net/memory_stream.h"
#include "booster/runtime/scope.h"

namespace support {

struct ImapStep {
  std::string expect;
  std::string say;
  bool close_after = false;
};

inline std::string with_tag(std::string text, const std::string& tag) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at)) text.replace(at, 1, tag);
  return text;
}

inline booster::runtime::Task<booster::Result<std::string>> read_imap_line(booster::net::BufferedReader& reader) {
  for (;;) {
    const std::string_view seen = codec::as_text(reader.view());
    const std::size_t end = seen.find("\r\n");
    if (end != std::string_view::npos) {
      std::string line(seen.substr(0, end));
      reader.consume(end + 2);
      co_return line;
    }
    CO_TRY_ASSIGN(const bool more, co_await reader.fill());
    if (!more) co_return booster::fail(booster::Errc::Closed, "client");
  }
}

// Plays the script, then keeps the wire open until the client leaves. What the client said stands in `heard`.
inline booster::runtime::Task<booster::Result<>> play_imap(std::unique_ptr<booster::net::Stream> wire,
                                                           std::vector<ImapStep> script,
                                                           std::vector<std::string>& heard) {
  booster::net::BufferedReader reader(*wire);
  std::string tag = "*";
  for (const ImapStep& step : script) {
    if (!step.expect.empty()) {
      CO_TRY_ASSIGN(std::string line, co_await read_imap_line(reader));
      EXPECT_NE(line.find(step.expect), std::string::npos) << "heard: " << line << ", expected: " << step.expect;
      if (line.find(' ') != std::string::npos) tag = line.substr(0, line.find(' '));
      heard.push_back(std::move(line));
    }
    const std::string text = with_tag(step.say, tag);
    if (!text.empty()) CO_TRY(co_await wire->write(codec::as_bytes(text)));
    if (step.close_after) {
      wire->close();
      co_return booster::Result<>();
    }
  }
  for (;;) {
    auto line = co_await read_imap_line(reader);
    if (!line) co_return booster::Result<>();
    heard.push_back(std::move(*line));
  }
}

}  // namespace support
