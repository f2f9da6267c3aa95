// A mail program's octets through the whole IMAP face. Begins logged in with INBOX selected unless the first octet is
// 0.
#include "tests/fuzz/face_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string octets(reinterpret_cast<const char*>(data), size);
  if (size == 0 || data[0] != 0) octets.insert(0, "a LOGIN user secret\r\nb SELECT INBOX\r\n");
  support::run_conversation(&support::faces::serve_imap_session, std::move(octets));
  return 0;
}
