// Header text and charsets as people read them: UTF-8. The one place that uses GMime.     Source: RFC 2047, 2231, 5322
// §3.3
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/mime/content_fields.h"

namespace codec::convert {

constexpr std::size_t kMaxHeaderText = 1024 * 1024;  // octets of one field that are decoded

// Encoded words become text, raw 8-bit is taken as UTF-8 or else Windows-1252; the result is valid UTF-8 without NUL.
std::string decode_header(std::string_view value);

// Either form of RFC 2231, and the encoded words some programs put there.
std::string decode_parameter(const mime::Parameter& parameter);

// `text` in `charset` as UTF-8, for SEARCH CHARSET.   Errors  Unsupported: unknown charset · Protocol: not text in it
Result<std::string> utf8_from(std::string_view charset, std::string_view text);

// Body text to UTF-8 in pieces. US-ASCII, UTF-8 and unknown charsets are read as UTF-8 with Windows-1252 for what is
// none; in others bad octets become U+FFFD.
class TextDecoder {
 public:
  explicit TextDecoder(std::string_view charset);
  TextDecoder(TextDecoder&&) noexcept;
  TextDecoder& operator=(TextDecoder&&) noexcept;
  ~TextDecoder();

  void decode(std::string_view octets, std::string& into);
  void finish(std::string& into);  // what a cut character leaves behind

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Case folded for comparison (full Unicode folding), input taken as UTF-8.
std::string fold_case(std::string_view utf8);

// A Date field. `year`, `month`, `day` are as written, without regard to the zone, as SENTON and its kin want.
struct SentDate {
  int year = 0;
  int month = 0;  // 1..12
  int day = 0;    // 1..31
  std::int64_t unix_time = 0;
};
std::optional<SentDate> parse_date(std::string_view value);

}  // namespace codec::convert
