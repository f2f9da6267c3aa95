#include "booster/tls/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "booster/tls/errors.h"
#include "codec/base/check.h"

namespace booster::tls {
namespace {

constexpr std::size_t kWireRead = 17 * 1024;  // one full record and its header

bool is_ip(const std::string& host) {
  ASN1_OCTET_STRING* parsed = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(parsed);
  ERR_clear_error();
  return parsed != nullptr;
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsStream::TlsStream(const Context& context, std::unique_ptr<net::Stream> wire)
    : wire_(std::move(wire)), ssl_(SSL_new(context.native())), input_(kWireRead) {
  CHECK(ssl_ != nullptr);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  CHECK(in != nullptr && out != nullptr);
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl_.get(), in, out);
}

TlsStream::~TlsStream() {
  close();
}

Task<Result<std::unique_ptr<TlsStream>>> TlsStream::connect(const Context& context, std::unique_ptr<net::Stream> wire,
                                                            std::string host) {
  std::unique_ptr<TlsStream> stream(new TlsStream(context, std::move(wire)));
  SSL_set_connect_state(stream->ssl_.get());
  if (!context.pin()) {
    if (is_ip(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream->ssl_.get()), host.c_str());
    } else {
      SSL_set_tlsext_host_name(stream->ssl_.get(), host.c_str());
      SSL_set1_host(stream->ssl_.get(), host.c_str());
    }
  }
  CO_TRY(co_await stream->handshake(host, context));
  co_return stream;
}

Task<Result<std::unique_ptr<TlsStream>>> TlsStream::accept(const Context& context, std::unique_ptr<net::Stream> wire) {
  std::unique_ptr<TlsStream> stream(new TlsStream(context, std::move(wire)));
  SSL_set_accept_state(stream->ssl_.get());
  CO_TRY(co_await stream->handshake(stream->peer(), context));
  co_return stream;
}

Task<Result<>> TlsStream::handshake(const std::string& host, const Context& context) {
  for (;;) {
    ERR_clear_error();
    const int rc = SSL_do_handshake(ssl_.get());
    const int reason = SSL_get_error(ssl_.get(), rc);
    const bool failed = rc != 1 && reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE;
    const Error failure = failed ? handshake_error(host) : Error();
    const Result<> flushed = co_await flush();  // an alert tells the peer why
    if (failed) co_return tl::unexpected(failure);
    CO_TRY(flushed);
    if (rc == 1) break;
    CO_TRY_ASSIGN(const bool more, co_await feed());
    if (!more) co_return fail(Errc::Closed, "tls with " + host + ": the peer closed during the handshake");
  }
  if (context.pin()) {
    const std::optional<crypto::Certificate> shown = peer_certificate();
    if (!shown || shown->pin() != context.pin()->pin)
      co_return fail(Errc::Denied, "tls with " + host + ": its key is not the pinned one (pin " +
                                       (shown ? shown->pin().short_hex() : "none") + ", expected " +
                                       context.pin()->pin.short_hex() + ")");
  }
  co_return Result<>();
}

Error TlsStream::handshake_error(const std::string& host) const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (!SSL_is_server(ssl_.get()) && verdict != X509_V_OK) {
    ERR_clear_error();
    return Error(Errc::Denied, "certificate of " + host + ": " + X509_verify_cert_error_string(verdict),
                 static_cast<int>(verdict));
  }
  return Error(Errc::Protocol, "tls with " + host + ": " + take_openssl_error());
}

Task<Result<bool>> TlsStream::feed() {
  CO_TRY_ASSIGN(const std::size_t count, co_await wire_->read(input_));
  if (count > 0) BIO_write(SSL_get_rbio(ssl_.get()), input_.data(), static_cast<int>(count));
  co_return count > 0;
}

Bytes TlsStream::take_output() {
  BIO* out = SSL_get_wbio(ssl_.get());
  Bytes bytes(BIO_ctrl_pending(out));
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

Task<Result<>> TlsStream::flush() {
  const Bytes bytes = take_output();
  if (bytes.empty()) co_return Result<>();
  co_return co_await wire_->write(bytes);
}

Task<Result<std::size_t>> TlsStream::read(std::span<std::byte> into) {
  for (;;) {
    if (ended_) co_return std::size_t{0};
    if (ssl_ == nullptr) co_return fail(Errc::Closed, "tls: closed here");
    ERR_clear_error();
    std::size_t count = 0;
    const int rc = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    if (rc == 1) co_return count;
    const int reason = SSL_get_error(ssl_.get(), rc);
    if (reason == SSL_ERROR_ZERO_RETURN) {
      ended_ = true;
      continue;
    }
    if (reason != SSL_ERROR_WANT_READ)
      co_return fail(Errc::Protocol, "tls with " + peer() + ": " + take_openssl_error());
    if (BIO_ctrl_pending(SSL_get_wbio(ssl_.get())) > 0) {  // an answer of the TLS layer itself, such as a key update
      CO_TRY_ASSIGN(const runtime::Mutex::Lock lock, co_await wire_lock_.lock());
      CO_TRY(co_await flush());
    }
    CO_TRY_ASSIGN(const bool more, co_await feed());
    // Without close_notify the end may be an attacker's: a truncation is never taken for an end.
    if (!more) co_return fail(Errc::Closed, "tls with " + peer() + ": connection cut");
  }
}

Task<Result<>> TlsStream::write(ByteView bytes) {
  CO_TRY_ASSIGN(const runtime::Mutex::Lock lock, co_await wire_lock_.lock());
  while (!bytes.empty()) {
    if (ssl_ == nullptr) co_return fail(Errc::Closed, "tls: closed here");
    ERR_clear_error();
    std::size_t count = 0;
    const int rc = SSL_write_ex(ssl_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 16 * 1024), &count);
    if (rc != 1) co_return fail(Errc::Closed, "tls with " + peer() + ": " + take_openssl_error());
    bytes = bytes.subspan(count);
    CO_TRY(co_await flush());
  }
  co_return Result<>();
}

Task<Result<>> TlsStream::finish() {
  CO_TRY_ASSIGN(const runtime::Mutex::Lock lock, co_await wire_lock_.lock());
  if (ssl_ == nullptr) co_return fail(Errc::Closed, "tls: closed here");
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  CO_TRY(co_await flush());
  co_return co_await wire_->finish();
}

void TlsStream::close() {
  wire_->close();  // ssl_ stays until the destructor: pending coroutines may still look at it
}

Bytes TlsStream::exporter(std::string_view label, ByteView context, std::size_t size) const {
  Bytes material(size);
  const int rc = SSL_export_keying_material(ssl_.get(), reinterpret_cast<unsigned char*>(material.data()), size,
                                            label.data(), label.size(),
                                            reinterpret_cast<const unsigned char*>(context.data()), context.size(), 1);
  CHECK(rc == 1);
  return material;
}

std::optional<crypto::Certificate> TlsStream::peer_certificate() const {
  X509* shown = SSL_get1_peer_certificate(ssl_.get());
  if (shown == nullptr) return std::nullopt;
  return crypto::Certificate(crypto::NativeCertificate(shown));
}

}  // namespace booster::tls
