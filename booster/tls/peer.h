// What every way of running TLS asks of OpenSSL about the other end: one place that decides whom we trust.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "booster/tls/context.h"

struct ssl_st;

namespace booster::tls {

struct SslFree {
  void operator()(ssl_st* ssl) const;
};
using NativeSsl = std::unique_ptr<ssl_st, SslFree>;

// An end on memory BIOs: what came is written into its read BIO, what is to be sent is taken from its write BIO.
NativeSsl make_end(const Context& context);
void give_input(ssl_st& ssl, ByteView bytes);
Bytes take_output(ssl_st& ssl);

// Makes a client verify that its server is `host`; with a pin the name does not matter and is not sent.
void expect_server(ssl_st& ssl, const Context& context, const std::string& host);
// After the exchange: the pin.   Errors  Denied: names host and both pins
Result<> judge_server(const ssl_st& ssl, const Context& context, const std::string& host);
// Why an exchange failed: Denied (the certificate, names host and cause) or Protocol.
Error exchange_error(const ssl_st& ssl, const std::string& host);

std::optional<crypto::Certificate> peer_certificate(const ssl_st& ssl);
// Keying material of this very connection.       Source: RFC 8446 §7.5.   CHECKs that there is some already
Bytes export_key(ssl_st& ssl, std::string_view label, ByteView context, std::size_t size);

}  // namespace booster::tls
