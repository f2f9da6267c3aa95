// Any section of any mail: the first octets choose the section, the rest is the mail.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/mime/section.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  if (size < 6) return 0;
  mime::Section section;
  section.text = static_cast<mime::SectionText>(data[0] % 6);
  for (std::size_t i = 0; i < data[1] % 4U; ++i) section.path.push_back(data[2 + i] % 5U);
  section.fields = {"Subject", "content-type", ""};
  const ByteView mail(reinterpret_cast<const std::byte*>(data) + 6, size - 6);
  const auto octets = mime::resolve(mail, mime::scan(mail), section);
  if (!octets) return 0;
  const ByteView view = octets->view(mail);
  if (view.size() != octets->size() || view.size() > mail.size() + 4) std::abort();
  if (mime::partial(view, data[2], data[3]).size() > data[3]) std::abort();
  return 0;
}
