// TCP and Unix-socket streams and listeners on libuv.
#pragma once
#include <memory>

#include "booster/net/address.h"
#include "booster/net/stream.h"
#include "booster/runtime/clock.h"
#include "booster/runtime/loop.h"

namespace booster::net {

// Connects to one address (TCP, or a Unix socket's path).   Errors  Unreachable: refused, no route; Io     Cancel  at
// once
Task<Result<StreamPtr>> connect(Address address);

// A connected stream socket of ours (inherited, from a socketpair, received) as a Stream; takes the descriptor.
Result<StreamPtr> adopt_fd(runtime::Loop& loop, int fd);

class Listener {
 public:
  // Errors  Io: the address is in use or not ours. A stale Unix socket that nobody answers on is replaced; mode 0600.
  static Result<std::unique_ptr<Listener>> open(runtime::Loop& loop, const Address& address);
  virtual ~Listener() = default;
  virtual Task<Result<StreamPtr>> accept() = 0;
  virtual Address local() const = 0;  // with the port that the system chose
  virtual void close() = 0;
};

// Names to addresses (getaddrinfo on the thread pool).   Errors  NotFound, Unreachable (the resolver failed)
Task<Result<std::vector<Address>>> resolve(std::string host, std::uint16_t port);

// Happy eyeballs light: the resolved addresses one after another, `each` at most apiece.
Task<Result<StreamPtr>> dial(std::string host, std::uint16_t port, runtime::Duration each);

// A connected pair of Unix stream sockets; one end is usually given to a child process.
Result<std::pair<int, int>> socket_pair();

}  // namespace booster::net
