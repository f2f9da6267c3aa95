#include "booster/tls/peer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "booster/tls/errors.h"
#include "codec/base/check.h"

namespace booster::tls {
namespace {

bool is_ip(const std::string& host) {
  ASN1_OCTET_STRING* parsed = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(parsed);
  ERR_clear_error();
  return parsed != nullptr;
}

}  // namespace

void SslFree::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

NativeSsl make_end(const Context& context) {
  NativeSsl ssl(SSL_new(context.native()));
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  CHECK(ssl != nullptr && in != nullptr && out != nullptr);
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl.get(), in, out);
  return ssl;
}

void give_input(ssl_st& ssl, ByteView bytes) {
  const int size = static_cast<int>(bytes.size());
  CHECK(size == 0 || BIO_write(SSL_get_rbio(&ssl), bytes.data(), size) == size);
}

Bytes take_output(ssl_st& ssl) {
  BIO* out = SSL_get_wbio(&ssl);
  Bytes bytes(BIO_ctrl_pending(out));
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

void expect_server(ssl_st& ssl, const Context& context, const std::string& host) {
  if (context.pin()) return;
  if (is_ip(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(&ssl, host.c_str());
    SSL_set1_host(&ssl, host.c_str());
  }
}

Result<> judge_server(const ssl_st& ssl, const Context& context, const std::string& host) {
  if (!context.pin()) return {};
  const std::optional<crypto::Certificate> shown = peer_certificate(ssl);
  if (shown && shown->pin() == context.pin()->pin) return {};
  return fail(Errc::Denied, "tls with " + host + ": its key is not the pinned one (pin " +
                                (shown ? shown->pin().short_hex() : "none") + ", expected " +
                                context.pin()->pin.short_hex() + ")");
}

Error exchange_error(const ssl_st& ssl, const std::string& host) {
  const long verdict = SSL_get_verify_result(&ssl);
  // With a pin OpenSSL judges too, and nobody asked it.
  const bool asked = !SSL_is_server(&ssl) && (SSL_get_verify_mode(&ssl) & SSL_VERIFY_PEER) != 0;
  if (asked && verdict != X509_V_OK) {
    ERR_clear_error();
    return Error(Errc::Denied, "certificate of " + host + ": " + X509_verify_cert_error_string(verdict),
                 static_cast<int>(verdict));
  }
  return Error(Errc::Protocol, "tls with " + host + ": " + take_openssl_error());
}

std::optional<crypto::Certificate> peer_certificate(const ssl_st& ssl) {
  X509* shown = SSL_get1_peer_certificate(&ssl);
  if (shown == nullptr) return std::nullopt;
  return crypto::Certificate(crypto::NativeCertificate(shown));
}

Bytes export_key(ssl_st& ssl, std::string_view label, ByteView context, std::size_t size) {
  Bytes material(size);
  const int rc = SSL_export_keying_material(&ssl, reinterpret_cast<unsigned char*>(material.data()), size, label.data(),
                                            label.size(), reinterpret_cast<const unsigned char*>(context.data()),
                                            context.size(), 1);
  CHECK(rc == 1);
  return material;
}

}  // namespace booster::tls
