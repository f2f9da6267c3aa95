// What a TLS leg accepts and shows: one Context per leg (tunnel, face, upstream server).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "booster/crypto/certificate.h"
#include "booster/crypto/key.h"

struct ssl_ctx_st;

namespace booster::tls {

struct Identity {
  std::vector<crypto::Certificate> chain;  // leaf first
  crypto::PrivateKey key;
};

enum class Version { Tls12, Tls13 };

// How a client proves its server.
struct VerifyByName {
  std::string ca_file;  // empty: the system's authorities
};
struct VerifyByPin {
  crypto::Digest pin;  // SHA-256 of the SubjectPublicKeyInfo; names and dates do not matter then
};

bool has_aes_instructions();

struct ClientOptions {
  std::optional<VerifyByName> by_name;  // exactly one of the two
  std::optional<VerifyByPin> by_pin;
  std::optional<Identity> identity;
  Version oldest = Version::Tls12;
  // For a MemoryHandshake, not a TlsStream: TLS 1.3 in its smallest form, between our own two ends.
  bool memory = false;
  bool fast_aes = has_aes_instructions();  // with `memory`; without them ChaCha20 is preferred
};

struct ServerOptions {
  Identity identity;
  // Clients may show a certificate; whose key it holds is for the caller to judge (peer_certificate() of TlsStream and
  // MemoryHandshake).
  bool ask_for_certificate = false;
  Version oldest = Version::Tls12;
  bool memory = false;  // for a MemoryHandshake, not a TlsStream; sessions are then resumed
};

class Context {
 public:
  // Errors  NotFound: ca_file · Protocol: a certificate or key that does not fit
  static Result<Context> client(ClientOptions options);
  static Result<Context> server(ServerOptions options);

  ssl_ctx_st* native() const { return context_.get(); }
  bool is_server() const { return server_; }
  bool is_memory() const { return memory_; }
  const std::optional<VerifyByPin>& pin() const { return pin_; }

 private:
  Context() = default;
  std::shared_ptr<ssl_ctx_st> context_;
  bool server_ = false;
  bool memory_ = false;
  std::optional<VerifyByPin> pin_;
};

}  // namespace booster::tls
