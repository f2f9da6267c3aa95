// Tickets: what a client keeps of one exchange for the next. Layout: u8 kind, 32 octets of binding, OpenSSL's session.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "booster/tls/memory_handshake.h"
#include "codec/base/check.h"

namespace booster::tls {
namespace {

constexpr std::uint8_t kTicketKind = 1;
constexpr std::size_t kMaxTicket = 32 << 10;

struct SessionFree {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using NativeSession = std::unique_ptr<SSL_SESSION, SessionFree>;

NativeSession parse_session(ByteView bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  NativeSession session(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
  ERR_clear_error();
  return session;
}

bool server_expired(const SSL_SESSION* session) {
  const X509* shown = SSL_SESSION_get0_peer(const_cast<SSL_SESSION*>(session));
  return shown == nullptr || X509_cmp_current_time(X509_get0_notAfter(shown)) <= 0;
}

}  // namespace

// OpenSSL compares neither host nor pin when it resumes, and our own certificate is the one that the gateway remembers.
crypto::Digest MemoryHandshake::ticket_binding() const {
  Bytes text;
  ByteWriter writer(text);
  writer.sized(as_bytes(peer_));
  writer.sized(context_.pin() ? context_.pin()->pin.view() : ByteView());
  X509* own = SSL_get_certificate(ssl_.get());
  if (own != nullptr) {
    X509_up_ref(own);
    writer.put(crypto::Certificate(crypto::NativeCertificate(own)).fingerprint().view());
  }
  return crypto::sha256(text);
}

Bytes MemoryHandshake::take_ticket() {
  Bytes ticket;
  if (!finished_ || notes_.session.empty()) return ticket;
  ByteWriter writer(ticket);
  writer.u8(kTicketKind);
  writer.put(ticket_binding().view());
  writer.put(std::exchange(notes_.session, {}));
  return ticket;
}

Result<> MemoryHandshake::use_ticket(ByteView ticket) {
  CHECK(!started_ && !context_.is_server());
  ByteReader reader(ticket);
  const Result<std::uint8_t> kind = reader.u8();
  const Result<ByteView> binding = reader.take(crypto::kDigestBytes);
  if (!kind || *kind != kTicketKind || !binding || ticket.size() > kMaxTicket)
    return fail(Errc::Corrupt, "ticket for " + peer_ + ": none of ours");
  if (!std::ranges::equal(*binding, ticket_binding().view()))
    return fail(Errc::Conflict, "ticket for " + peer_ + ": of another host, pin or certificate");
  const NativeSession session = parse_session(reader.rest());
  if (!session) return fail(Errc::Corrupt, "ticket for " + peer_ + ": unreadable");
  if (!context_.pin() && server_expired(session.get()))
    return fail(Errc::Conflict, "ticket for " + peer_ + ": the server's certificate has expired");
  if (SSL_set_session(ssl_.get(), session.get()) != 1) {
    ERR_clear_error();
    return fail(Errc::Conflict, "ticket for " + peer_ + ": not for this kind of exchange");
  }
  return {};
}

}  // namespace booster::tls
