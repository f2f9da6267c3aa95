// Any bytes into a session: it takes whole frames, or closes; fed in pieces it does the same. The handshake's decoders
// too.
#include <cstdlib>

#include "booster/session/join.h"
#include "booster/session/session.h"

namespace {

using namespace booster::session;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  bool refused = false;
  std::size_t streams = 0, buffered = 0, events = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome feed(booster::ByteView bytes, std::size_t piece) {
  Session session(Role::Gateway);
  const TimePoint now{std::chrono::seconds(1)};
  session.attach(now);
  (void)session.open(Class::Bodies, {});
  std::vector<std::byte> out(kMaxRecord);
  session.fill(out, now, nullptr);
  Outcome outcome;
  std::size_t from = 0;
  for (std::size_t to = 0; to < bytes.size() && !outcome.refused && !session.closed();) {
    to = std::min(bytes.size(), to + piece);
    const auto used = session.on_frames(bytes.subspan(from, to - from), now);
    outcome.refused = !used;
    if (used) from += *used;
  }
  outcome.streams = session.live_streams();
  outcome.buffered = session.buffered_bytes();
  while (session.next_event()) ++outcome.events;
  session.fill(out, now, nullptr);
  require(session.buffered_bytes() <= Limits{}.receive_budget + Limits{}.stream_window);
  (void)session.on_resume_state(session.resume_state());
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const booster::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const Outcome whole = feed(bytes, bytes.size() + 1);
  require(whole == feed(bytes, 1));
  require(whole == feed(bytes, 7));
  (void)decode_first(bytes);
  (void)decode_hello_reply(bytes);
  (void)decode_join_reply(bytes);
  if (const auto state = decode_resume_state(bytes))
    require(*decode_resume_state(encode_resume_state(*state)) == *state);
  (void)unwrap_handshake(bytes, kMaxHandshake);
  return 0;
}
