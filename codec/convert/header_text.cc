#include "codec/convert/header_text.h"

#include <gmime/gmime.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "codec/convert/utf8.h"
#include "codec/mime/header.h"

namespace codec::convert {
namespace {

constexpr std::size_t kMaxCharsetName = 40;
constexpr std::size_t kMaxDate = 256;

// Once per process; GMime is safe to use from many threads afterwards.
void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  (void)started;
}

using GString_ = std::unique_ptr<char, decltype(&g_free)>;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

std::string guessed(std::string_view octets) {
  std::string out;
  append_guessed(out, octets, true);
  return out;
}

// Names that mean nothing, or less than a look at the octets tells; and ISO-2022-CN-EXT, whose converter in the C
// library has been made to overflow (CVE-2024-2961).
bool is_guessed(const std::string& name) {
  for (const char* guessed_name :
       {"", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "x-unknown", "iso-2022-cn-ext"}) {
    if (name == guessed_name) return true;
  }
  return false;
}

bool is_charset_name(std::string_view name) {
  return name.size() <= kMaxCharsetName && std::all_of(name.begin(), name.end(), [](char c) {
           return g_ascii_isalnum(c) || std::string_view("-_.:+").find(c) != std::string_view::npos;
         });
}

// A converter to UTF-8, or the guess where there is none of that name.
class Iconv {
 public:
  explicit Iconv(std::string_view charset) {
    start_gmime();
    const std::string name = mime::to_lower(charset);
    if (is_guessed(name) || !is_charset_name(name)) return;
    handle_ = g_mime_iconv_open("UTF-8", name.c_str());
  }
  ~Iconv() {
    if (known()) g_mime_iconv_close(handle_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;

  bool known() const { return handle_ != kNone; }

  // Converts what it can; returns octets taken, stops before a bad or cut character (errno says which).
  std::size_t convert(std::string_view octets, std::string& into) {
    std::array<char, 4096> buffer{};
    char* from = const_cast<char*>(octets.data());
    std::size_t left = octets.size();
    for (;;) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      errno = 0;
      const std::size_t done = iconv(handle_, &from, &left, &to, &room);
      const int error = errno;
      into.append(buffer.data(), buffer.size() - room);
      errno = error;
      if (done != static_cast<std::size_t>(-1) || error != E2BIG) return octets.size() - left;
    }
  }

 private:
  // NOLINTNEXTLINE(performance-no-int-to-ptr): so iconv_open() says that it knows no such charset
  static inline const iconv_t kNone = reinterpret_cast<iconv_t>(-1);
  iconv_t handle_ = kNone;
};

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && g_ascii_isxdigit(text[i + 1]) && g_ascii_isxdigit(text[i + 2])) {
      out += static_cast<char>(g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string decode_header(std::string_view value) {
  std::string raw = mime::unfold(value.substr(0, kMaxHeaderText));
  if (raw.find("=?") == std::string::npos) return is_ascii(raw) ? raw : guessed(raw);
  start_gmime();
  const std::string text = guessed(raw);
  const GString_ decoded(g_mime_utils_header_decode_text(nullptr, text.c_str()), &g_free);
  return guessed(decoded.get());
}

std::string decode_parameter(const mime::Parameter& parameter) {
  const std::string_view value = parameter.value;
  if (!parameter.name.ends_with('*')) return decode_header(value);
  const std::size_t first = value.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos) return guessed(percent_decoded(value));
  std::string out;
  TextDecoder decoder(value.substr(0, first));
  decoder.decode(percent_decoded(value.substr(second + 1)), out);
  decoder.finish(out);
  return out;
}

struct TextDecoder::State {
  explicit State(std::string_view charset) : converter(charset) {}
  Iconv converter;
  std::string held;  // the start of a cut character
};

TextDecoder::TextDecoder(std::string_view charset) : state_(std::make_unique<State>(charset)) {}
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;
TextDecoder::~TextDecoder() = default;

void TextDecoder::decode(std::string_view octets, std::string& into) {
  std::string joined;
  if (!state_->held.empty()) {
    joined = std::exchange(state_->held, {}).append(octets);
    octets = joined;
  }
  if (!state_->converter.known()) {
    state_->held = octets.substr(append_guessed(into, octets, false));
    return;
  }
  std::string converted;
  while (!octets.empty()) {
    octets.remove_prefix(state_->converter.convert(octets, converted));
    if (octets.empty()) break;
    if (errno == EINVAL && octets.size() < 16) {
      state_->held = octets;
      break;
    }
    append_utf8(converted, 0xfffd);
    octets.remove_prefix(1);
  }
  append_guessed(into, converted, true);  // UTF-8 already: drops NULs only
}

void TextDecoder::finish(std::string& into) {
  if (state_->held.empty()) return;
  if (state_->converter.known()) {
    append_utf8(into, 0xfffd);
  } else {
    append_guessed(into, state_->held, true);
  }
  state_->held.clear();
}

Result<std::string> utf8_from(std::string_view charset, std::string_view text) {
  const std::string name = mime::to_lower(charset);
  if (name == "utf-8" || name == "us-ascii") {
    const bool good = name == "utf-8" ? g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) != FALSE
                                      : is_ascii(text);
    if (!good) return fail(Errc::Protocol, "search text: not " + name);
    return std::string(text);
  }
  Iconv converter(charset);
  if (!converter.known()) return fail(Errc::Unsupported, "search charset: unknown");
  std::string out;
  if (converter.convert(text, out) != text.size()) return fail(Errc::Protocol, "search text: not in its charset");
  return out;
}

std::string fold_case(std::string_view utf8) {
  if (is_ascii(utf8)) return mime::to_lower(utf8);
  const std::string valid = guessed(utf8);
  const GString_ folded(g_utf8_casefold(valid.data(), static_cast<gssize>(valid.size())), &g_free);
  return folded.get();
}

std::optional<SentDate> parse_date(std::string_view value) {
  start_gmime();
  std::string text = guessed(mime::unfold(value.substr(0, kMaxDate)));
  GDateTime* date = g_mime_utils_header_decode_date(text.c_str());
  if (date == nullptr) return std::nullopt;
  SentDate sent;
  g_date_time_get_ymd(date, &sent.year, &sent.month, &sent.day);
  sent.unix_time = g_date_time_to_unix(date);
  g_date_time_unref(date);
  return sent;
}

}  // namespace codec::convert
