// TLS 1.3 between our own two ends: nothing is offered that they do not use, for every byte of the first flights
// counts.
#pragma once
#include "codec/base/bytes.h"

struct ssl_ctx_st;
struct ssl_st;

namespace booster::tls {

constexpr std::string_view kMemoryProtocol = "packetboat/1";  // ALPN
constexpr std::size_t kMaxParameters = 256;

// What one exchange hears from OpenSSL while it goes on.
struct MemoryNotes {
  Bytes local_parameters;
  Bytes peer_parameters;
  Bytes session;  // at a client: the newest one that can be resumed, as OpenSSL writes it
  bool key_update = false;
};

void prepare_memory_client(ssl_ctx_st& context, bool fast_aes);
void prepare_memory_server(ssl_ctx_st& context);
// `notes` outlives `ssl`.
void attach_notes(ssl_st& ssl, MemoryNotes& notes);

}  // namespace booster::tls
