#include <gtest/gtest.h>

#include <fstream>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::property {
namespace {

// The octets of FORMAT.md §6: what stands before " id " in each line of the example.
std::string hex_of_the_page() {
  std::ifstream page(PACKETBOAT_SOURCE_DIR "/codec/property/FORMAT.md");
  std::string line;
  while (std::getline(page, line) && line.rfind("## 6.", 0) != 0) {
  }
  while (std::getline(page, line) && line != "```") {
  }
  std::string hex;
  while (std::getline(page, line) && line != "```")
    for (const char c : line.substr(0, line.find(" id ")))
      if (c != ' ') hex += c;
  return hex;
}

TEST(Format, TheWorkedExampleIsWhatWeWrite) {
  Chain item;
  item.add(0x201, Value::of_bytes(from_hex("dead").value()));
  Chain chain;
  chain.add(0x01, Value::of_unsigned(5));
  chain.add(0x61, Value::of_text("ann"));
  chain.add(0xa1, Value::of_signed(-2));
  chain.add(0x200, Value::of_chain(item));
  chain.add(0x61, Value::of_text("b\xc3\xb6"));
  const std::string hex = hex_of_the_page();
  EXPECT_EQ(to_hex(encode(chain)), hex);
  EXPECT_EQ(decode(from_hex(hex).value()).value(), chain);
  Bytes framed;
  append_framed(chain, framed);
  EXPECT_EQ(to_hex(framed), "19" + hex);
}

}  // namespace
}  // namespace codec::property
