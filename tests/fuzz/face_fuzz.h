// Octets of a mail program through a whole face, over memory and a store in memory.
#pragma once
#include <cstdint>
#include <string>

#include "tests/proxy/client/faces/transcript.h"

namespace support {

inline Task<Result<>> say_all(booster::net::Stream& stream, std::string octets) {
  const Result<> written = co_await stream.write(codec::as_bytes(octets));
  if (written) (void)co_await stream.finish();
  co_return Result<>();
}

inline Task<void> converse(Loop& loop, Serve serve, std::string octets) {
  FaceWorld world(loop);
  world.store().add("INBOX", "Subject: one\r\nFrom: a@example.org\r\n\r\nbody\r\n");
  world.store().add("INBOX",
                    "Subject: two\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
                    {imap::SystemFlag::Seen});
  booster::net::MemoryPair pair = booster::net::make_memory_pair(loop);
  world.sessions.spawn("session", serve(std::move(pair.server), world.settings, world.accounts, world.doorkeeper));
  world.sessions.spawn("program", say_all(*pair.client, std::move(octets)));
  std::byte answer[4096];
  for (bool more = true; more;) {
    const Result<std::size_t> count = co_await pair.client->read(answer);
    more = count && *count > 0;
  }
  world.sessions.cancel();
  co_await world.sessions.join();
}

inline void run_conversation(Serve serve, std::string octets) {
  Loop loop(Loop::Time::Virtual);
  loop.run(converse(loop, serve, std::move(octets)));
}

}  // namespace support
