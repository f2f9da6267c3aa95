#include "booster/tls/memory_handshake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "booster/tls/errors.h"
#include "codec/base/check.h"

namespace booster::tls {
namespace {

// Whether OpenSSL has the exporter's secret: a server as soon as its own Finished is written.      RFC 8446 §7.1
bool exports(SSL* ssl) {
  unsigned char probe[1];
  const bool there = SSL_export_keying_material(ssl, probe, sizeof probe, "EXPORTER-probe", 14, nullptr, 0, 0) == 1;
  ERR_clear_error();
  return there;
}

bool speaks_our_protocol(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == kMemoryProtocol;
}

}  // namespace

MemoryHandshake::MemoryHandshake(const Context& context, std::string peer, ByteView parameters)
    : context_(context), peer_(std::move(peer)), ssl_(make_end(context)) {
  CHECK(context.is_memory() && parameters.size() <= kMaxParameters);
  notes_.local_parameters.assign(parameters.begin(), parameters.end());
  attach_notes(*ssl_, notes_);
}

MemoryHandshake::~MemoryHandshake() {
  // OpenSSL forgets the session of a connection that ended without a goodbye; the transport says ours.
  if (finished_ && !failure_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

std::unique_ptr<MemoryHandshake> MemoryHandshake::client(const Context& context, std::string host,
                                                         ByteView parameters) {
  CHECK(!context.is_server());
  std::unique_ptr<MemoryHandshake> made(new MemoryHandshake(context, std::move(host), parameters));
  SSL_set_connect_state(made->ssl_.get());
  expect_server(*made->ssl_, context, made->peer_);
  return made;
}

std::unique_ptr<MemoryHandshake> MemoryHandshake::server(const Context& context, std::string peer,
                                                         ByteView parameters) {
  CHECK(context.is_server());
  std::unique_ptr<MemoryHandshake> made(new MemoryHandshake(context, std::move(peer), parameters));
  SSL_set_accept_state(made->ssl_.get());
  return made;
}

Result<> MemoryHandshake::on_bytes(ByteView bytes) {
  if (failure_) return tl::unexpected(*failure_);
  Result<> result;
  if (bytes.size() > kMaxExchange - input_) {
    result = fail(Errc::Limit, "tls with " + peer_ + ": an exchange of more than 64 KiB");
  } else {
    input_ += bytes.size();
    give_input(*ssl_, bytes);
    result = advance();
  }
  if (!result) failure_ = result.error();
  return result;
}

Bytes MemoryHandshake::take_bytes() {
  const bool first_flight = !started_ && !context_.is_server();
  if (first_flight) CHECK(exchange());  // nothing of the peer's is in it
  return take_output(*ssl_);
}

Result<> MemoryHandshake::advance() {
  if (!finished_) TRY(exchange());
  if (finished_) TRY(read_on());
  if (notes_.key_update) return fail(Errc::Protocol, "tls with " + peer_ + ": a KeyUpdate");
  return {};
}

Result<> MemoryHandshake::exchange() {
  started_ = true;
  ERR_clear_error();
  const int rc = SSL_do_handshake(ssl_.get());
  const int reason = SSL_get_error(ssl_.get(), rc);
  if (rc != 1 && reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
    return tl::unexpected(exchange_error(*ssl_, peer_));
  const bool whole = rc == 1;
  if (!has_keys_ && (whole || (context_.is_server() && exports(ssl_.get())))) {
    TRY(judge());
    has_keys_ = true;
  }
  finished_ = whole;
  return {};
}

Result<> MemoryHandshake::judge() {
  Result<> verdict;
  if (!speaks_our_protocol(ssl_.get()))
    verdict = fail(Errc::Protocol, "tls with " + peer_ + ": it does not speak " + std::string(kMemoryProtocol));
  if (verdict && !context_.is_server()) verdict = judge_server(*ssl_, context_, peer_);
  if (!verdict) (void)take_output(*ssl_);  // our certificate is not for a stranger
  return verdict;
}

// Behind the exchange a server sends tickets, and nobody anything else.
Result<> MemoryHandshake::read_on() {
  ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  const int rc = SSL_read_ex(ssl_.get(), &byte, 1, &count);
  if (rc == 1) return fail(Errc::Protocol, "tls with " + peer_ + ": data behind the exchange");
  const int reason = SSL_get_error(ssl_.get(), rc);
  if (reason == SSL_ERROR_WANT_READ) return {};
  if (reason == SSL_ERROR_ZERO_RETURN) return fail(Errc::Closed, "tls with " + peer_ + ": ended by the peer");
  return tl::unexpected(exchange_error(*ssl_, peer_));
}

Aead MemoryHandshake::aead() const {
  CHECK(has_keys_);
  const SSL_CIPHER* suite = SSL_get_current_cipher(ssl_.get());
  return SSL_CIPHER_get_protocol_id(suite) == 0x1303 ? Aead::ChaCha20Poly1305 : Aead::Aes128Gcm;  // RFC 8446 §B.4
}

Bytes MemoryHandshake::export_key(std::string_view label, ByteView context, std::size_t size) const {
  CHECK(has_keys_);
  return tls::export_key(*ssl_, label, context, size);
}

bool MemoryHandshake::resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}

std::optional<crypto::Certificate> MemoryHandshake::peer_certificate() const {
  return tls::peer_certificate(*ssl_);
}

}  // namespace booster::tls
