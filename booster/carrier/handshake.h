// The first message each way on a connection, over any Stream (session/hello.h, session/join.h say what is in them).
#pragma once
#include "booster/crypto/digest.h"
#include "booster/net/stream.h"
#include "booster/session/join.h"

namespace booster::carrier {

using net::Task;

struct Received {
  Bytes chain;
  Bytes early;  // bytes that came behind it: frames
};
// Errors  Limit, Protocol (not a handshake of ours), Closed; those of read()
Task<Result<Received>> read_handshake(net::Stream& wire, std::size_t limit);
Task<Result<>> write_handshake(net::Stream& wire, ByteView chain);

session::JoinMac join_mac(const session::SessionSecret& secret, session::Role sender, std::uint64_t carrier,
                          ByteView exporter);

}  // namespace booster::carrier
