// What a connection tells its carrier.
#pragma once
#include <variant>

#include "booster/transport/packet/header.h"
#include "booster/transport/types.h"
#include "codec/base/bytes.h"

namespace booster::transport {

struct Established {};  // keys at both ends, the peer has proved who it is; frames may flow
struct GreetingBytes {  // of the peer's greeting stream, in order
  Bytes bytes;
};
struct TokenGiven {  // to be shown at the next connection
  Bytes token;
};
struct Moved {  // the peer, or we, go on from another pair of addresses
  PathId path;
  Route route;
};
struct PathProved {  // an address on trial answers
  PathId path;
};
struct PathFailed {  // an address that was tried does not answer
  PathId path;
};
struct Silent {  // an answer is owed and nothing came; told once in each silence
  TimePoint since;
};
struct IdAdded {  // datagrams to this id are for this connection
  packet::ConnectionId id;
};
struct IdRetired {
  packet::ConnectionId id;
};
struct Closed {  // the last event
  Error error;
  bool by_peer = false;
  bool unknown_here = false;  // the peer does not know this connection (any more): a stateless reset
};
using Event = std::variant<Established, GreetingBytes, TokenGiven, Moved, PathProved, PathFailed, Silent, IdAdded,
                           IdRetired, Closed>;

}  // namespace booster::transport
