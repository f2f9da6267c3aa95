// Which local user is at the other end of a connection.
#pragma once
#include <sys/socket.h>
#include <sys/types.h>

#include "codec/base/result.h"

namespace booster::platform {

// Of a connected Unix socket (SO_PEERCRED).
Result<uid_t> peer_uid(int fd);

// Of a loopback TCP connection accepted here: `local` is our end, `remote` the peer's, as getsockname/getpeername say.
// Asks the kernel for the peer's own socket by sock_diag, else looks through /proc/net/tcp.
//   Errors  NotFound: the peer's socket is gone or not of this machine · Unsupported: not an IP address
Result<uid_t> tcp_peer_uid(const sockaddr_storage& local, const sockaddr_storage& remote);
Result<uid_t> tcp_peer_uid(int fd);

}  // namespace booster::platform
