#include "booster/tls/memory_context.h"

#include <openssl/ssl.h>

#include "booster/tls/context.h"
#include "codec/base/check.h"
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace booster::tls {
namespace {

constexpr unsigned kParametersExtension = 0xff50;  // of those for private use, RFC 8446 §11
constexpr const char* kSignatures = "ECDSA+SHA256:ed25519:RSA-PSS+SHA256:ECDSA+SHA384";
constexpr long kSessionSeconds = 24L * 3600;  // a device that comes back the next morning
constexpr long kSessionsKept = 4096;          // about 5 KiB each with the device's certificate

MemoryNotes& notes_of(const SSL* ssl) {
  return *static_cast<MemoryNotes*>(SSL_get_app_data(ssl));
}

int add_parameters(SSL* ssl, unsigned, unsigned, const unsigned char** out, std::size_t* size, X509*, std::size_t, int*,
                   void*) {
  const Bytes& local = notes_of(ssl).local_parameters;
  *out = reinterpret_cast<const unsigned char*>(local.data());
  *size = local.size();
  return 1;
}

int parse_parameters(SSL* ssl, unsigned, unsigned, const unsigned char* in, std::size_t size, X509*, std::size_t,
                     int* alert, void*) {
  if (size > kMaxParameters) {
    *alert = SSL_AD_ILLEGAL_PARAMETER;
    return 0;
  }
  const auto* from = reinterpret_cast<const std::byte*>(in);
  notes_of(ssl).peer_parameters.assign(from, from + size);
  return 1;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) return 0;
  Bytes bytes(static_cast<std::size_t>(size));
  auto* at = reinterpret_cast<unsigned char*>(bytes.data());
  i2d_SSL_SESSION(session, &at);
  notes_of(ssl).session = std::move(bytes);
  return 0;  // no reference is kept
}

void note_message(int written, int, int type, const void* message, std::size_t size, SSL* ssl, void*) {
  const bool handshake = written == 0 && type == SSL3_RT_HANDSHAKE && size > 0;
  if (handshake && *static_cast<const unsigned char*>(message) == SSL3_MT_KEY_UPDATE) notes_of(ssl).key_update = true;
}

Bytes protocol_list() {
  Bytes list;
  ByteWriter writer(list);
  writer.u8(static_cast<std::uint8_t>(kMemoryProtocol.size()));
  writer.put(as_bytes(kMemoryProtocol));
  return list;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size,
                    void*) {
  const Bytes ours = protocol_list();
  unsigned char* chosen = nullptr;
  const int rc = SSL_select_next_proto(&chosen, size, in, in_size, reinterpret_cast<const unsigned char*>(ours.data()),
                                       static_cast<unsigned>(ours.size()));
  *out = chosen;  // with a match it points into `in`
  return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void prepare_both(SSL_CTX& context, const char* suites) {
  SSL_CTX_set_min_proto_version(&context, TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(&context, TLS1_3_VERSION);
  SSL_CTX_clear_options(&context, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);  // no box sees it; 76 bytes less
  CHECK(SSL_CTX_set_ciphersuites(&context, suites) == 1);
  CHECK(SSL_CTX_set1_groups_list(&context, "X25519") == 1);
  CHECK(SSL_CTX_set1_sigalgs_list(&context, kSignatures) == 1);
  CHECK(SSL_CTX_add_custom_ext(&context, kParametersExtension,
                               SSL_EXT_TLS1_3_ONLY | SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_3_ENCRYPTED_EXTENSIONS,
                               add_parameters, nullptr, nullptr, parse_parameters, nullptr) == 1);
  SSL_CTX_set_msg_callback(&context, note_message);
  SSL_CTX_set_timeout(&context, kSessionSeconds);
}

}  // namespace

bool has_aes_instructions() {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("aes") != 0;
#elif defined(__aarch64__) && defined(__linux__)
  return (::getauxval(AT_HWCAP) & HWCAP_AES) != 0;
#elif defined(__aarch64__) && defined(__APPLE__)
  return true;
#else
  return false;
#endif
}

void prepare_memory_client(ssl_ctx_st& context, bool fast_aes) {
  prepare_both(context, fast_aes ? "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
                                 : "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
  const Bytes list = protocol_list();
  CHECK(SSL_CTX_set_alpn_protos(&context, reinterpret_cast<const unsigned char*>(list.data()),
                                static_cast<unsigned>(list.size())) == 0);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(&context, keep_session);
}

// Sessions stay here and a ticket is only their name (SSL_OP_NO_TICKET stands): one that held the session, with the
// device's certificate in it, would make a resumption larger than a whole exchange. It also needs no key that could be
// stolen, and a session ends where it is forgotten.
void prepare_memory_server(ssl_ctx_st& context) {
  prepare_both(context, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256");  // the client's order counts
  SSL_CTX_set_alpn_select_cb(&context, choose_protocol, nullptr);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_SERVER);
  SSL_CTX_sess_set_cache_size(&context, kSessionsKept);
  SSL_CTX_set_num_tickets(&context, 1);
  CHECK(SSL_CTX_set_session_id_context(&context, reinterpret_cast<const unsigned char*>(kMemoryProtocol.data()),
                                       static_cast<unsigned>(kMemoryProtocol.size())) == 1);
}

void attach_notes(ssl_st& ssl, MemoryNotes& notes) {
  SSL_set_app_data(&ssl, &notes);
}

}  // namespace booster::tls
