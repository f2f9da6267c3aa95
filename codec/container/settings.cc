#include "codec/container/settings.h"

#include <array>

namespace codec::container {
namespace {

constexpr std::size_t kLookahead = kMaxMatch + kMinMatch + 1;  // zlib keeps that much of its window for what comes

constexpr unsigned kForgets = 0x80;

struct LevelRow {
  std::size_t good, lazy, nice, chain;
  bool greedy;
};
constexpr std::array<LevelRow, kLastLevel> kLevels = {{{4, 4, 8, 4, true},
                                                       {4, 5, 16, 8, true},
                                                       {4, 6, 32, 32, true},
                                                       {4, 4, 16, 16, false},
                                                       {8, 16, 32, 32, false},
                                                       {8, 16, 128, 128, false},
                                                       {8, 32, 128, 256, false},
                                                       {32, 128, 258, 1024, false},
                                                       {32, 258, 258, 4096, false},
                                                       {4, 4, 258, 32, false},  // kWordLevel
                                                       {4, 4, 258, 16, true},   // kExcelLevel
                                                       {8, 16, 258, 32, false},
                                                       {8, 16, 258, 128, false},
                                                       {8, 32, 258, 256, false}}};

}  // namespace

void write_settings(ByteWriter& out, const Settings& settings) {
  out.u8(settings.level);
  out.u8(static_cast<std::uint8_t>(settings.memory | static_cast<unsigned>(settings.strategy) << 4));
  out.u8(static_cast<std::uint8_t>(settings.window | (settings.forgets ? kForgets : 0U)));
}

Result<Settings> read_settings(ByteReader& in) {
  Settings settings;
  TRY_ASSIGN(settings.level, in.u8());
  TRY_ASSIGN(const std::uint8_t mixed, in.u8());
  TRY_ASSIGN(const std::uint8_t window, in.u8());
  settings.window = window & ~kForgets & 0xff;
  settings.forgets = (window & kForgets) != 0;
  settings.memory = mixed & 0x0f;
  const unsigned strategy = mixed >> 4U;
  if (settings.level < 1 || settings.level > kLastLevel || settings.memory < 1 || settings.memory > 9 ||
      settings.window < 9 || settings.window > 15 || strategy > static_cast<unsigned>(Strategy::Fixed)) {
    return fail(Errc::Protocol, "recipe: settings out of range");
  }
  settings.strategy = static_cast<Strategy>(strategy);
  return settings;
}

Search search_of(const Settings& settings) {
  const LevelRow& row = kLevels[settings.level - 1U];
  Search search{};
  search.good = row.good;
  search.lazy = row.lazy;
  search.nice = row.nice;
  search.chain = row.chain;
  search.greedy = row.greedy;
  search.hash_bits = settings.memory + 7U;
  search.hash_shift = (search.hash_bits + 2) / 3;
  search.farthest = (std::size_t{1} << settings.window) - kLookahead;
  search.block_tokens = (std::size_t{1} << (settings.memory + 6U)) - 1;
  return search;
}

}  // namespace codec::container
