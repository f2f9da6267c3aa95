#include "booster/tls/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "booster/tls/errors.h"
#include "codec/base/check.h"

namespace booster::tls {
namespace {

constexpr std::size_t kWireRead = 17 * 1024;  // one full record and its header

}  // namespace

TlsStream::TlsStream(const Context& context, std::unique_ptr<net::Stream> wire)
    : wire_(std::move(wire)), ssl_(make_end(context)), input_(kWireRead) {
  CHECK(!context.is_memory());
}

TlsStream::~TlsStream() {
  close();
}

Task<Result<std::unique_ptr<TlsStream>>> TlsStream::connect(const Context& context, std::unique_ptr<net::Stream> wire,
                                                            std::string host) {
  std::unique_ptr<TlsStream> stream(new TlsStream(context, std::move(wire)));
  SSL_set_connect_state(stream->ssl_.get());
  expect_server(*stream->ssl_, context, host);
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
    const Error failure = failed ? exchange_error(*ssl_, host) : Error();
    const Result<> flushed = co_await flush();  // an alert tells the peer why
    if (failed) co_return tl::unexpected(failure);
    CO_TRY(flushed);
    if (rc == 1) break;
    CO_TRY_ASSIGN(const bool more, co_await feed());
    if (!more) co_return fail(Errc::Closed, "tls with " + host + ": the peer closed during the handshake");
  }
  co_return judge_server(*ssl_, context, host);
}

Task<Result<bool>> TlsStream::feed() {
  CO_TRY_ASSIGN(const std::size_t count, co_await wire_->read(input_));
  give_input(*ssl_, ByteView(input_).first(count));
  co_return count > 0;
}

Task<Result<>> TlsStream::flush() {
  const Bytes bytes = take_output(*ssl_);
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
  return export_key(*ssl_, label, context, size);
}

std::optional<crypto::Certificate> TlsStream::peer_certificate() const {
  return tls::peer_certificate(*ssl_);
}

}  // namespace booster::tls
