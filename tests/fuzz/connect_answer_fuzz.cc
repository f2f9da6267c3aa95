// The first octet is the size of the pieces; whole and in pieces must say the same.
#include <algorithm>
#include <cstdint>

#include "booster/http/connect_answer.h"
#include "codec/base/check.h"

namespace {

struct Seen {
  bool failed = false;
  std::size_t used = 0;
  int status = 0;
  std::size_t challenges = 0;
  bool operator==(const Seen&) const = default;
};

Seen feed(codec::ByteView in, std::size_t piece) {
  using booster::http::ConnectAnswerParser;
  ConnectAnswerParser parser;
  Seen seen;
  while (seen.used < in.size() && !parser.answer()) {
    const auto used = parser.on_bytes(in.subspan(seen.used, std::min(piece, in.size() - seen.used)));
    if (!used) {
      seen = {};
      seen.failed = true;
      return seen;
    }
    seen.used += *used;
  }
  if (!parser.answer()) return seen;
  CHECK(parser.answer()->status >= 200 && parser.answer()->status <= 599);
  CHECK(parser.answer()->reason.size() <= ConnectAnswerParser::kMaxAnswerWords);
  CHECK(parser.answer()->challenges.size() <= ConnectAnswerParser::kMaxChallenges);
  for (const auto& challenge : parser.answer()->challenges)
    for (const std::string& words : {challenge.scheme, challenge.realm})
      CHECK(std::ranges::all_of(words, [](char c) { return c >= ' ' && c <= '~'; }));
  seen.status = parser.answer()->status;
  seen.challenges = parser.answer()->challenges.size();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const codec::ByteView in = std::as_bytes(std::span(data + 1, size - 1));
  const Seen whole = feed(in, std::max<std::size_t>(in.size(), 1));
  CHECK(whole == feed(in, std::size_t{1} + data[0]));
  return 0;
}
