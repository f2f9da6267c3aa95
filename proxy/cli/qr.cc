#include "proxy/cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace proxy::cli {
namespace {

constexpr int kQuiet = 2;  // modules around the code; scanners want some

}  // namespace

std::string qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L),
                                                        &QRcode_free);
  if (code == nullptr) return "";
  auto dark = [&code](int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) return false;
    return (code->data[y * code->width + x] & 1) != 0;
  };
  std::string out;
  for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
    for (int x = -kQuiet; x < code->width + kQuiet; ++x) {  // light on dark terminals: dark modules are left out
      const bool upper = !dark(x, y);
      const bool lower = !dark(x, y + 1);
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    out += "\n";
  }
  return out;
}

}  // namespace proxy::cli
