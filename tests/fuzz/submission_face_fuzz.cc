// A mail program's octets through the whole SUBMISSION face.
#include "tests/fuzz/face_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  support::run_conversation(&support::faces::serve_submission_session,
                            std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
