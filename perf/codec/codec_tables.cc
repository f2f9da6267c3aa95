// codec_tables FOLDER: what zstd is to expect (codec/compress/tables.cc), from a folder of generated mail; prints
// octets.
#include <zdict.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "codec/compress/vocabulary.h"
#include "codec/content/unwrapper.h"
#include "codec/property/frame.h"
#include "proxy/sync/items.h"

namespace perf::codec_tables {
namespace {

using codec::Bytes;
using codec::ByteView;

constexpr std::size_t kLongest = 120 * 1024;  // what zstd looks at of a sample
constexpr unsigned kAnyNumber = 1;            // the octets that name it are printed as zeros

// A mail as its stream has it.
Bytes sample_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const ByteView mail = codec::as_bytes(text);
  codec::content::Unwrapper unwrapper;
  Bytes body;
  for (std::size_t at = 0; at < mail.size();) {
    const std::size_t size = codec::content::next_piece(mail.subspan(at));
    const proxy::sync::ItemBlock block{at, unwrapper.unwrap(mail.subspan(at, size))};
    codec::property::append_framed(proxy::sync::encode(proxy::sync::ItemMessage(block)), body);
    at += size;
  }
  return body;
}

int run(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".eml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Bytes samples;
  std::vector<std::size_t> sizes;
  for (const auto& file : files) {
    const Bytes sample = sample_of(file);
    if (sample.size() > kLongest) continue;
    samples.insert(samples.end(), sample.begin(), sample.end());
    sizes.push_back(sample.size());
  }
  const ByteView words = codec::compress::vocabulary();
  Bytes made(words.size() + 64UL * 1024);
  ZDICT_params_t parameters{};
  parameters.compressionLevel = 19;
  parameters.dictID = kAnyNumber;
  const std::size_t size =
      ZDICT_finalizeDictionary(made.data(), made.size(), words.data(), words.size(), samples.data(), sizes.data(),
                               static_cast<unsigned>(sizes.size()), parameters);
  if (ZDICT_isError(size) != 0) {
    std::fprintf(stderr, "codec_tables: %s\n", ZDICT_getErrorName(size));
    return 1;
  }
  const std::size_t head = size - words.size();
  for (std::size_t i = 0; i < head; ++i) {
    std::printf("0x%02x,%c", i >= 4 && i < 8 ? 0U : std::to_integer<unsigned>(made[i]), i % 16 == 15 ? '\n' : ' ');
  }
  return 0;
}

}  // namespace
}  // namespace perf::codec_tables

int main(int count, char** words) {
  if (count == 2) return perf::codec_tables::run(words[1]);
  std::fprintf(stderr, "usage: codec_tables FOLDER\n");
  return 2;
}
