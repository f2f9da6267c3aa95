#include "codec/container/settings_choice.h"

#include <algorithm>
#include <array>

#include "codec/container/token_model.h"

namespace codec::container {
namespace {

constexpr std::size_t kTrial = 24'000;  // tokens; levels that agree so far agree for long
constexpr std::array<std::uint8_t, kLastLevel> kLikely = {6, kWordLevel, kExcelLevel, 9, 1,  5,  8,
                                                          7, 4,          3,           2, 12, 13, 14};
constexpr std::uint8_t kOfficeMemory = 7;

class Trial {
 public:
  Trial(ByteView history, const Piece& piece) : history_(history), piece_(piece) {}

  // Wrong answers; stops above `most`.
  std::size_t wrong(const Settings& settings, std::size_t most) const {
    TokenModel model(settings);
    if (!history_.empty()) {
      model.append(history_);
      model.pass(history_.size());
    }
    model.append(piece_.text);
    std::size_t wrong = 0;
    std::size_t at = 0;
    for (const BlockPart& part : piece_.blocks) {
      if (part.stored) {
        if (part.size > 0) model.pass(part.size);
        continue;
      }
      for (std::size_t i = 0; i < part.size; ++i) {
        const Token& token = piece_.tokens[at];
        if (!(model.predict() == token) && ++wrong > most) return wrong;
        if (++at >= kTrial) return wrong;
        model.accept(token);
      }
    }
    return wrong;
  }

 private:
  ByteView history_;
  const Piece& piece_;
};

// A block that is full tells how many tokens zlib's buffer holds.
std::uint8_t memory_of(const Piece& piece) {
  for (std::size_t i = 0; i + 1 < piece.blocks.size(); ++i) {
    const BlockPart& part = piece.blocks[i];
    if (!part.begins || part.stored) continue;
    for (std::uint8_t memory = 1; memory <= 9; ++memory) {
      if (part.size == (std::size_t{1} << (memory + 6U)) - 1) return memory;
    }
  }
  return 8;
}

// Blocks of fixed codes are what zlib chooses for a few tokens only.
bool all_fixed(const Piece& piece) {
  constexpr std::size_t kMany = 500;
  return piece.tokens.size() > kMany &&
         std::all_of(piece.blocks.begin(), piece.blocks.end(),
                     [](const BlockPart& part) { return !part.begins || part.head.type == BlockType::Fixed; });
}

}  // namespace

Settings choose_settings(ByteView history, const Piece& piece, const Settings* now) {
  const Trial trial(history, piece);
  Settings best;
  std::size_t least = std::min(kTrial, piece.tokens.size()) + 1;
  const auto consider = [&](const Settings& settings) {
    if (least == 0) return;
    const std::size_t wrong = trial.wrong(settings, least - 1);
    if (wrong >= least) return;
    least = wrong;
    best = settings;
  };
  const auto consider_levels = [&](const Settings& like) {
    for (const std::uint8_t level : kLikely) {
      Settings settings = like;
      settings.level = level;
      if (level > 9) settings.memory = kOfficeMemory;
      consider(settings);
    }
  };
  if (now != nullptr) consider(*now);
  Settings start;
  start.memory = memory_of(piece);
  if (all_fixed(piece)) start.strategy = Strategy::Fixed;
  consider_levels(start);
  for (const Strategy strategy : {Strategy::HuffmanOnly, Strategy::Runs, Strategy::Filtered}) {
    Settings settings = start;
    settings.strategy = strategy;
    consider(settings);
  }
  if (best.strategy == Strategy::Filtered) consider_levels(best);
  for (std::uint8_t memory = 9; memory >= 1; --memory) {
    Settings settings = best;
    settings.memory = memory;
    consider(settings);
  }
  for (std::uint8_t window = 14; window >= 9; --window) {
    Settings settings = best;
    settings.window = window;
    consider(settings);
  }
  return best;
}

}  // namespace codec::container
