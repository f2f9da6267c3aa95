// The scanner on any octets: its offsets nest, cover and stay in range, its work stays linear.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "codec/mime/transfer.h"
#include "tests/codec/mime/mime_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  const ByteView mail(reinterpret_cast<const std::byte*>(data), size);
  const mime::Structure structure = mime::scan(mail);
  const std::string wrong = mime::what_is_wrong(mail, structure);
  if (!wrong.empty() || structure.steps > (size + 1) * (mime::kMaxDepth + 2)) {
    std::fprintf(stderr, "%s, %llu steps\n", wrong.c_str(), static_cast<unsigned long long>(structure.steps));
    std::abort();
  }
  for (const mime::Part& part : structure.parts) {
    (void)mime::decode_body(mime::slice(mail, part.body), part.content.encoding, 4096);
    (void)mime::decode_body(mime::slice(mail, part.body), mime::Encoding::QuotedPrintable, 4096);
  }
  return 0;
}
