#include "booster/tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "booster/tls/errors.h"
#include "booster/tls/memory_context.h"
#include "codec/base/check.h"

namespace booster::tls {
namespace {

using ContextPtr = std::shared_ptr<SSL_CTX>;

int version_of(Version version) {
  return version == Version::Tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

Result<> use_identity(SSL_CTX* context, const Identity& identity) {
  if (identity.chain.empty()) return fail(Errc::Protocol, "tls identity: no certificate");
  if (SSL_CTX_use_certificate(context, identity.chain.front().native()) != 1 ||
      SSL_CTX_use_PrivateKey(context, identity.key.native()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return fail(Errc::Protocol, "tls identity: " + take_openssl_error());
  for (std::size_t i = 1; i < identity.chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, identity.chain[i].native()) != 1)
      return fail(Errc::Protocol, "tls chain: " + take_openssl_error());
  }
  return {};
}

ContextPtr make_context(const SSL_METHOD* method, Version oldest) {
  ContextPtr context(SSL_CTX_new(method), SSL_CTX_free);
  CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), version_of(oldest));
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(),
                          0);  // a stream is not resumed in version 1: tickets would be bytes for nothing
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384");
  return context;
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown" : reason;
}

Result<Context> Context::client(ClientOptions options) {
  CHECK(options.by_name.has_value() != options.by_pin.has_value());
  Context made;
  ContextPtr context = make_context(TLS_client_method(), options.oldest);
  if (options.by_name) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const std::string& file = options.by_name->ca_file;
    if (file.empty()) {
      SSL_CTX_set_default_verify_paths(context.get());
    } else if (SSL_CTX_load_verify_locations(context.get(), file.c_str(), nullptr) != 1) {
      return fail(Errc::NotFound, "certificate authorities in " + file + ": " + take_openssl_error());
    }
  }
  if (options.identity) TRY(use_identity(context.get(), *options.identity));
  if (options.memory) prepare_memory_client(*context, options.fast_aes);
  made.memory_ = options.memory;
  made.pin_ = options.by_pin;
  made.context_ = std::move(context);
  return made;
}

Result<Context> Context::server(ServerOptions options) {
  Context made;
  made.server_ = true;
  ContextPtr context = make_context(TLS_server_method(), options.oldest);
  TRY(use_identity(context.get(), options.identity));
  if (options.ask_for_certificate) {
    // Any certificate passes here: TLS proves that the peer holds its key, the caller looks the key up among its
    // devices.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  }
  if (options.memory) prepare_memory_server(*context);
  made.memory_ = options.memory;
  made.context_ = std::move(context);
  return made;
}

}  // namespace booster::tls
