// Keys and certificates for the TLS tests.
#pragma once
#include <gtest/gtest.h>

#include <fstream>

#include "booster/tls/context.h"

namespace booster::tls {

inline crypto::CertificateSpec spec_for(const std::string& name) {
  crypto::CertificateSpec spec;
  spec.common_name = name;
  spec.dns_names = {name};
  spec.not_before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::hours(1);
  spec.not_after = spec.not_before + std::chrono::hours(24);
  return spec;
}

inline Identity identity_of(crypto::Certificate certificate, crypto::PrivateKey key) {
  std::vector<crypto::Certificate> chain;
  chain.push_back(std::move(certificate));
  return Identity{std::move(chain), std::move(key)};
}

inline Identity make_identity(const std::string& name) {
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  crypto::Certificate certificate = *crypto::make_self_signed(key, spec_for(name));
  return identity_of(std::move(certificate), std::move(key));
}

// An authority in a file, and leaves of it.
class TestAuthority {
 public:
  TestAuthority() : file_(testing::TempDir() + "authority-" + own_.chain.front().pin().short_hex() + ".pem") {
    std::ofstream(file_) << own_.chain.front().to_pem();
  }
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;
  ~TestAuthority() { std::remove(file_.c_str()); }

  const std::string& file() const { return file_; }
  Identity leaf(const crypto::CertificateSpec& spec) const {
    crypto::PrivateKey key = crypto::PrivateKey::generate();
    crypto::Certificate certificate = *crypto::issue(own_.chain.front(), own_.key, key.public_key(), spec);
    return identity_of(std::move(certificate), std::move(key));
  }

 private:
  static Identity make_own() {
    crypto::PrivateKey key = crypto::PrivateKey::generate();
    crypto::CertificateSpec spec = spec_for("authority");
    spec.dns_names.clear();
    spec.use = crypto::Use::Authority;
    crypto::Certificate certificate = *crypto::make_self_signed(key, spec);
    return identity_of(std::move(certificate), std::move(key));
  }
  Identity own_ = make_own();
  std::string file_;
};

}  // namespace booster::tls
