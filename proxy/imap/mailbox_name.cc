#include "proxy/imap/mailbox_name.h"

#include <array>
#include <cstdint>

#include "proxy/imap/limits.h"
#include "proxy/imap/types.h"

namespace proxy::imap {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

constexpr std::array<std::int16_t, 256> make_digits() {
  std::array<std::int16_t, 256> digits{};
  for (auto& digit : digits) digit = -1;
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    digits[static_cast<unsigned char>(kBase64[i])] = static_cast<std::int16_t>(i);
  }
  return digits;
}
constexpr auto kDigits = make_digits();

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

// Takes one character off the front; what is not UTF-8 gives U+FFFD and goes byte by byte.
std::uint32_t take_utf8(std::string_view& text) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
    if (size > text.size()) break;
    if (!is_utf8(text.substr(0, size))) continue;
    std::uint32_t point = static_cast<unsigned char>(text[0]);
    if (size > 1) point &= 0xffu >> (size + 1);
    for (std::size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
    text.remove_prefix(size);
    return point;
  }
  text.remove_prefix(1);
  return 0xfffd;
}

// The text between "&" and "-": UTF-16 in base64 without padding.
Result<> decode_shift(std::string& out, std::string_view base64) {
  std::uint32_t bits = 0, high = 0;
  int held = 0;
  for (char c : base64) {
    const int digit = kDigits[static_cast<unsigned char>(c)];
    if (digit < 0) return fail(Errc::Protocol, "mailbox name: not modified UTF-7");
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0x3fffff;
    held += 6;
    if (held < 16) continue;
    held -= 16;
    const std::uint32_t unit = bits >> held & 0xffff;
    const bool low_half = unit >= 0xdc00 && unit <= 0xdfff;
    if (low_half != (high != 0)) return fail(Errc::Protocol, "mailbox name: half a surrogate pair");
    if (unit >= 0x20 && unit < 0x7f) return fail(Errc::Protocol, "mailbox name: ASCII in base64");
    if (unit >= 0xd800 && unit <= 0xdbff) {
      high = unit;
    } else {
      append_utf8(out, low_half ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit);
      high = 0;
    }
  }
  const std::uint32_t rest = bits & ((1u << held) - 1);
  if (high != 0 || held >= 6 || rest != 0) return fail(Errc::Protocol, "mailbox name: modified UTF-7 is cut off");
  return {};
}

class ShiftWriter {
 public:
  explicit ShiftWriter(std::string& out) : out_(out) {}
  void unit(std::uint32_t value) {
    if (held_ < 0) {
      out_.push_back('&');
      held_ = 0;
    }
    bits_ = (bits_ << 16 | value) & 0xffffff;
    held_ += 16;
    for (; held_ >= 6; held_ -= 6) out_.push_back(kBase64[bits_ >> (held_ - 6) & 0x3f]);
  }
  void close() {
    if (held_ < 0) return;
    if (held_ > 0) out_.push_back(kBase64[bits_ << (6 - held_) & 0x3f]);
    out_.push_back('-');
    held_ = -1;
    bits_ = 0;
  }

 private:
  std::string& out_;
  std::uint32_t bits_ = 0;
  int held_ = -1;  // bits not written yet; -1: outside of a shift
};

}  // namespace

Result<std::string> decode_modified_utf7(std::string_view wire) {
  std::string out;
  out.reserve(wire.size());
  while (!wire.empty()) {
    const std::size_t shift = wire.find('&');
    out.append(wire.substr(0, shift));
    if (shift == std::string_view::npos) break;
    wire.remove_prefix(shift + 1);
    const std::size_t end = wire.find('-');
    if (end == std::string_view::npos) return fail(Errc::Protocol, "mailbox name: \"&\" without \"-\"");
    if (end == 0) {
      out.push_back('&');
    } else {
      TRY(decode_shift(out, wire.substr(0, end)));
    }
    wire.remove_prefix(end + 1);
  }
  if (!is_utf8(out)) return fail(Errc::Protocol, "mailbox name: neither modified UTF-7 nor UTF-8");
  return out;
}

std::string encode_modified_utf7(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  ShiftWriter shift(out);
  while (!utf8.empty()) {
    const std::uint32_t point = take_utf8(utf8);
    if (point >= 0x20 && point < 0x7f) {
      shift.close();
      out.push_back(static_cast<char>(point));
      if (point == '&') out.push_back('-');
    } else if (point >= 0x10000) {
      shift.unit(0xd800 + ((point - 0x10000) >> 10));
      shift.unit(0xdc00 + ((point - 0x10000) & 0x3ff));
    } else {
      shift.unit(point);
    }
  }
  shift.close();
  return out;
}

std::string MailboxName::wire() const {
  return wire_.empty() ? encode_modified_utf7(utf8_) : wire_;
}

Result<MailboxName> make_mailbox_name(std::string_view utf8) {
  if (utf8.empty()) return fail(Errc::Protocol, "mailbox name: empty");
  if (utf8.size() > kMaxMailboxName) return fail(Errc::Limit, "mailbox name: too long");
  if (!is_utf8(utf8)) return fail(Errc::Protocol, "mailbox name: not UTF-8");
  for (char c : utf8) {
    if (is_control(c)) return fail(Errc::Protocol, "mailbox name: a control character");
  }
  if (equal_no_case(utf8, "INBOX")) return MailboxName("INBOX");
  return MailboxName(std::string(utf8));
}

Result<MailboxName> parse_mailbox_name(std::string_view wire) {
  if (wire.size() > 3 * kMaxMailboxName) return fail(Errc::Limit, "mailbox name: too long");
  TRY_ASSIGN(const std::string utf8, decode_modified_utf7(wire));
  return make_mailbox_name(utf8);
}

// Quirks PlainAmpersand, RawUtf8Mailbox: the octets are kept, as the server knows the mailbox by these only.
Result<MailboxName> parse_server_mailbox_name(std::string_view wire) {
  if (wire.size() > 3 * kMaxMailboxName) return fail(Errc::Limit, "mailbox name: too long");
  const Result<std::string> decoded = decode_modified_utf7(wire);
  std::string utf8;
  if (decoded) {
    utf8 = *decoded;
  } else {
    for (std::string_view left = wire; !left.empty();) append_utf8(utf8, take_utf8(left));
  }
  TRY_ASSIGN(MailboxName name, make_mailbox_name(utf8));
  if (!name.is_inbox() && encode_modified_utf7(utf8) != wire) name.wire_ = wire;
  return name;
}

}  // namespace proxy::imap
