// Mails with a file in them, and a whole way of what they repeat: found, written, read again.
#pragma once
#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "codec/content/unwrapper.h"
#include "codec/content/wrapper.h"
#include "codec/repeat/code.h"
#include "codec/repeat/cursor.h"

namespace codec::repeat {

inline Bytes noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  Bytes octets(size);
  for (std::byte& octet : octets) octet = static_cast<std::byte>(random());
  return octets;
}

inline std::string base64(ByteView octets, std::size_t line) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string flat;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, octets.size() - at);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < count ? std::to_integer<unsigned>(octets[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) flat += i <= count ? kDigits[bits >> (18 - 6 * i) & 63U] : '=';
  }
  std::string text;
  for (std::size_t at = 0; at < flat.size(); at += line) text += flat.substr(at, line) + "\r\n";
  return text;
}

inline Bytes mail_with(const std::string& words, ByteView file, std::size_t line = 76) {
  return to_bytes("Subject: " + words + "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + words +
                  "\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64(file, line) + "--b--\r\n");
}

// What a sender's index would say.
inline std::vector<Match> matches_of(const Outline& item, const std::map<Source, Bytes>& held) {
  std::map<chunk::ChunkId, std::vector<std::pair<Source, std::uint64_t>>> index;
  for (const auto& [source, octets] : held) {
    for (const Place& place : outline_of(octets, 1).places) {
      auto& holders = index[place.chunk.id];
      const bool known =
          std::any_of(holders.begin(), holders.end(), [&](const auto& one) { return one.first == source; });
      if (!known) holders.emplace_back(source, place.at);
    }
  }
  std::vector<Match> matches;
  for (std::size_t i = 0; i < item.places.size(); ++i) {
    for (const auto& [source, at] : index[item.places[i].chunk.id]) matches.push_back({i, source, at});
  }
  return matches;
}

struct Crossing {
  std::size_t octets = 0;  // of content and of what says what is repeated
  bool same = false;       // there as it was here
};

inline Crossing cross(ByteView item, const std::map<Source, Bytes>& held) {
  Crossing crossing;
  const Outline outline = outline_of(item, 1);
  ItemRepeats repeats(outline, matches_of(outline, held));
  RepeatReader reader;
  std::map<std::size_t, Cursor> cursors;
  content::Unwrapper unwrapper;
  content::Wrapper wrapper;
  Bytes arrived;
  for (std::size_t at = 0; at < item.size();) {
    const ByteView piece = item.subspan(at, content::next_piece(item.subspan(at)));
    content::Block block = repeats.block(at, piece, unwrapper);
    crossing.octets += block.layout.size() + block.content.size() + block.repeats.size();
    const auto copies = reader.read(block.repeats);
    if (!copies) return crossing;
    Bytes content;
    std::size_t taken = 0;
    for (const Copy& copy : *copies) {
      content.insert(content.end(), block.content.begin() + static_cast<std::ptrdiff_t>(taken),
                     block.content.begin() + static_cast<std::ptrdiff_t>(taken + copy.literal));
      taken += copy.literal;
      const ByteView source = held.at(repeats.writer.sources().at(copy.source));
      Cursor& cursor = cursors[copy.source];
      const std::size_t before = content.size();
      while (content.size() < before + copy.length) {
        const std::size_t done = content.size() - before;
        if (cursor.copy(copy.at + done, copy.length - done, content) > 0) continue;
        const ByteView rest = source.subspan(static_cast<std::size_t>(cursor.wants()));
        if (rest.empty()) return crossing;
        cursor.take(rest.first(std::min(rest.size(), Cursor::kAsked)));
      }
      if (check_of(ByteView(content).subspan(before)) != copy.check) return crossing;
      if (cursor.rewinds() > kMostRewinds) return crossing;
    }
    content.insert(content.end(), block.content.begin() + static_cast<std::ptrdiff_t>(taken), block.content.end());
    block.content = std::move(content);
    const auto octets = wrapper.wrap(block);
    if (!octets) return crossing;
    arrived.insert(arrived.end(), octets->begin(), octets->end());
    at += piece.size();
  }
  crossing.same = std::equal(arrived.begin(), arrived.end(), item.begin(), item.end());
  return crossing;
}

}  // namespace codec::repeat
