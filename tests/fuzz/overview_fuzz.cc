// Overview, its IMAP text and the search text of any octets.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/convert/overview.h"
#include "codec/convert/search_text.h"
#include "codec/convert/utf8.h"
#include "codec/convert/write.h"

namespace {

// Parentheses balance outside strings, and literals have the octets they announce.
bool is_imap_list(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && depth-- == 0) return false;
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\r' || text[i] == '\n' || text[i] <= 0) return false;
        if (text[i] == '\\') ++i;
      }
      if (i >= text.size()) return false;
    }
    if (text[i] == '{') {
      const std::size_t count = std::strtoull(text.data() + i + 1, nullptr, 10);
      i = text.find("\r\n", i);
      if (i == std::string_view::npos || text.size() - i < count + 2) return false;
      if (text.substr(i + 2, count).find('\0') != std::string_view::npos) return false;
      i += 1 + count;
    }
  }
  return depth == 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = codec::convert::utf8_length(text);
    if (length == 0 || length > 4) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  const ByteView mail(reinterpret_cast<const std::byte*>(data), size);
  const mime::Structure structure = mime::scan(mail);
  const convert::Overview whole = convert::overview(mail, structure);
  std::string text;
  convert::write_envelope(text, whole.envelope);
  if (!is_imap_list(text)) std::abort();
  text.clear();
  convert::write_body_structure(text, whole.structure);
  if (!is_imap_list(text)) std::abort();
  if (!is_utf8(whole.preview) || whole.preview.size() > convert::kMaxPreview) std::abort();
  const convert::Overview header = convert::overview_of_header(mime::slice(mail, structure.root().header), mail.size());
  if (header.envelope != whole.envelope || header.match_key != whole.match_key) std::abort();
  convert::stream_text(mail, structure, {}, [](std::string_view piece, bool) {
    if (!is_utf8(piece)) std::abort();
    return true;
  });
  (void)convert::contains_text(mail, structure, {}, "needle");
  return 0;
}
