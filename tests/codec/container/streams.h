// Deflate streams and the containers around them, made by zlib.
#pragma once
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "codec/container/closer.h"
#include "codec/container/limits.h"
#include "codec/container/opener.h"

namespace codec::container {

struct Making {
  int level = 6;
  int memory = 8;
  int strategy = Z_DEFAULT_STRATEGY;
  int window = 15;         // negative: raw, 16 + n: gzip
  int flush = Z_NO_FLUSH;  // every `flush_every` octets
  std::size_t flush_every = 10'000;
  std::array<int, 4> tuned = {};  // good, lazy, nice, chain; nothing: as the level has them
};

inline std::string deflated(std::string_view text, const Making& making, std::string_view gzip_name = {}) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, making.level, Z_DEFLATED, making.window, making.memory, making.strategy), Z_OK);
  if (making.tuned[3] > 0) {
    EXPECT_EQ(deflateTune(&stream, making.tuned[0], making.tuned[1], making.tuned[2], making.tuned[3]), Z_OK);
  }
  gz_header header{};
  std::string name(gzip_name);
  std::string extra = "an extra field";
  if (!gzip_name.empty()) {
    header.name = reinterpret_cast<Bytef*>(name.data());
    header.extra = reinterpret_cast<Bytef*>(extra.data());
    header.extra_len = static_cast<uInt>(extra.size());
    header.hcrc = 1;
    EXPECT_EQ(deflateSetHeader(&stream, &header), Z_OK);
  }
  const std::size_t flushes = making.flush == Z_NO_FLUSH ? 0 : text.size() / making.flush_every + 1;
  std::string out(text.size() + text.size() / 2 + 1000 + flushes * 16, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (std::size_t at = 0; at < text.size() && making.flush != Z_NO_FLUSH; at += making.flush_every) {
    std::string part(text.substr(at, making.flush_every));
    stream.next_in = reinterpret_cast<Bytef*>(part.data());
    stream.avail_in = static_cast<uInt>(part.size());
    EXPECT_EQ(deflate(&stream, making.flush), Z_OK);
  }
  std::string rest(making.flush == Z_NO_FLUSH ? text : std::string_view());
  stream.next_in = reinterpret_cast<Bytef*>(rest.data());
  stream.avail_in = static_cast<uInt>(rest.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string gzip(std::string_view text, Making making = {}, std::string_view name = {}) {
  making.window = 16 + making.window;
  return deflated(text, making, name);
}
inline std::string pdf_stream(std::string_view text, const Making& making = {}) {
  return "%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\r\n" + deflated(text, making) +
         "\nendstream\nendobj\ntrailer\n<< >>\n%%EOF\n";
}
inline std::string little(std::size_t value, std::size_t octets) {
  std::string out;
  for (std::size_t i = 0; i < octets; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}
inline std::string zip_entry(std::string_view name, std::string_view compressed, std::size_t size,
                             std::size_t flags = 0, std::size_t method = 8) {
  return "PK\3\4" + little(20, 2) + little(flags, 2) + little(method, 2) + little(0, 8) + little(compressed.size(), 4) +
         little(size, 4) + little(name.size(), 2) + little(0, 2) + std::string(name) + std::string(compressed);
}
inline std::string zip(std::string_view name, std::string_view text, Making making = {}) {
  making.window = -making.window;
  return zip_entry(name, deflated(text, making), text.size()) + "PK\1\2 and a directory";
}

inline std::string some_words(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> words;
  for (int i = 0; i < 400; ++i) {
    std::string word;
    for (unsigned length = 2 + random() % 8; length > 0; --length) word += static_cast<char>('a' + random() % 26);
    words.push_back(word);
  }
  std::string text;
  while (text.size() < size) {
    text += words[std::min(random() % 400, random() % 400)] + (random() % 12 == 0 ? ".\n" : " ");
  }
  return text.substr(0, size);
}
inline std::string some_octets(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string octets(size, '\0');
  for (char& c : octets) c = static_cast<char>(random());
  return octets;
}
inline std::string some_markup(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  const std::string words = some_words(4000, seed);
  std::string text = "<?xml version=\"1.0\"?><w:document>";
  while (text.size() < size) {
    text += "<w:p w:rsidR=\"00" + std::to_string(random() % 90'000) + "\"><w:r><w:t>" +
            words.substr(random() % 3000, random() % 60) + "</w:t></w:r></w:p>";
    if (random() % 40 == 0) text += std::string(random() % 900, ' ');
  }
  return text.substr(0, size);
}

struct Carried {
  std::size_t recipe = 0;
  std::string content;
  OpenedCount count;
};
// There and back, in blocks of `cut` octets.
inline Carried carry(std::string_view octets, std::size_t cut = kMaxClosedBlock) {
  Opener opener;
  Closer closer;
  Carried carried;
  for (std::size_t at = 0; at < octets.size(); at += cut) {
    const ByteView block = as_bytes(octets.substr(at, cut));
    const OpenedBlock opened = opener.open(block);
    EXPECT_LE(opened.content.size(), kMaxOpenedBlock);
    const Result<Bytes> again = closer.close(opened.recipe, opened.content, block.size());
    EXPECT_TRUE(again) << to_string(again.error());
    if (!again) return carried;
    EXPECT_TRUE(*again == Bytes(block.begin(), block.end())) << "block at " << at;
    carried.recipe += opened.recipe.size();
    carried.content += to_string(opened.content);
  }
  carried.count = opener.count();
  return carried;
}

}  // namespace codec::container
