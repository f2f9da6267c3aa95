// Files that other encoders made (scripts/make-containers), octet for octet.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/codec/container/streams.h"

namespace codec::container {
namespace {

std::string file_octets(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ContainerSamples, AreOpenedAndClosed) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PACKETBOAT_SOURCE_DIR "/tests/codec/container/samples")) {
    if (entry.path().extension() == ".txt") continue;
    ++files;
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    const std::string octets = file_octets(entry.path());
    for (const std::size_t cut : {65'536U, 5'000U}) {
      const Carried carried = carry(octets, cut);
      if (cut == 5'000U) continue;
      std::cout << name << ": " << carried.count.opened << " of " << carried.count.seen << " streams, recipe "
                << carried.recipe << " of " << carried.count.octets << ", wrong " << carried.count.wrong << " of "
                << carried.count.tokens << "\n";
      // Encoders that search for the cheapest parse are foretold by no matcher of zlib's: they may stay closed.
      const auto is_from = [&name](std::string_view maker) { return name.find(maker) != std::string::npos; };
      if (!is_from("optimal") && !is_from("7z") && !is_from("libdeflate")) {
        EXPECT_GT(carried.count.opened, 0U);
      }
    }
  }
  EXPECT_GT(files, 5U);
}

}  // namespace
}  // namespace codec::container
