// What peers and devices send: requests, public keys, certificates.
#include "booster/crypto/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace booster::crypto;
  const booster::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  (void)parse_request(bytes);
  (void)PublicKey::from_der(bytes);
  if (const auto certificate = Certificate::from_der(bytes)) {
    (void)certificate->common_name();
    (void)certificate->not_after();
    (void)certificate->pin();
    (void)certificate->issued_by(*certificate);
  }
  (void)Certificate::from_pem(booster::as_text(bytes));
  return 0;
}
