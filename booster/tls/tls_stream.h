// TlsStream: TLS over any Stream, with OpenSSL on memory BIOs.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "booster/net/stream.h"
#include "booster/runtime/notify.h"
#include "booster/tls/context.h"
#include "booster/tls/peer.h"

namespace booster::tls {

using net::Task;

class TlsStream final : public net::Stream {
 public:
  // Handshakes over `wire`, which must hold no unread byte of before (STARTTLS: purge first).
  //   Errors  Denied: the peer's certificate does not prove `host` (names host and cause), or the pin differs;
  //           Protocol: no TLS there; Closed, Io of the wire
  static Task<Result<std::unique_ptr<TlsStream>>> connect(const Context& context, std::unique_ptr<net::Stream> wire,
                                                          std::string host);
  static Task<Result<std::unique_ptr<TlsStream>>> accept(const Context& context, std::unique_ptr<net::Stream> wire);
  ~TlsStream() override;

  Task<Result<std::size_t>> read(std::span<std::byte> into) override;
  Task<Result<>> write(ByteView bytes) override;  // records of at most 16 KiB
  Task<Result<>> finish() override;               // close_notify, then the wire's half-close
  void close() override;
  int fd() const override { return wire_->fd(); }
  std::string peer() const override { return wire_->peer(); }

  // Keying material of this very connection (RFC 8446 §7.5).
  Bytes exporter(std::string_view label, ByteView context, std::size_t size) const;
  std::optional<crypto::Certificate> peer_certificate() const;

 private:
  TlsStream(const Context& context, std::unique_ptr<net::Stream> wire);
  Task<Result<>> handshake(const std::string& host, const Context& context);
  Task<Result<bool>> feed();  // more from the wire; false: the wire has ended
  Task<Result<>> flush();     // what OpenSSL wants to send; wire_lock_ is held

  std::unique_ptr<net::Stream> wire_;
  NativeSsl ssl_;
  runtime::Mutex wire_lock_;
  Bytes input_;
  bool ended_ = false;
};

}  // namespace booster::tls
