#include "codec/container/settings_choice.h"

#include <algorithm>
#include <array>

#include "codec/container/token_model.h"

namespace codec::container {
namespace {

constexpr std::size_t kTrial = 24'000;   // tokens; levels that agree so far agree for long
constexpr std::uint64_t kTrialWork = 2;  // times what the piece may take
constexpr std::size_t kFirst = 2'000;    // that many tell a matcher that has nothing in common with this one
constexpr std::array<std::uint8_t, kLastLevel> kLikely = {6, kWordLevel, kExcelLevel, 9, 1,  5,  8,
                                                          7, 4,          3,           2, 12, 13, 14};
constexpr std::uint8_t kOfficeMemory = 7;

class Trial {
 public:
  Trial(ByteView history, const Piece& piece)
      : history_(history), piece_(piece), work_left_(kTrialWork * max_work(piece.text.size())) {}

  // Wrong answers; stops above `most`.
  std::size_t wrong(const Settings& settings, std::size_t most) {
    std::uint64_t work = 0;
    const std::size_t wrong = count(settings, most, work);
    work_left_ -= std::min(work_left_, work);
    return wrong;
  }

 private:
  std::size_t count(const Settings& settings, std::size_t most, std::uint64_t& work) const {
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
        if (part.begins && part.head.stored == 0) model.flush();
        if (part.size > 0) model.pass(part.size);
        continue;
      }
      for (std::size_t i = 0; i < part.size; ++i) {
        const Token& token = piece_.tokens[at];
        if (!(model.predict() == token) && ++wrong > most) return wrong;
        work = model.work();
        if (work > work_left_) return most + 1;
        if (++at >= kTrial) return wrong;
        if (at == kFirst && wrong > kFirst / 4) return most + 1;
        model.accept(token);
      }
    }
    return wrong;
  }

  ByteView history_;
  const Piece& piece_;
  std::uint64_t work_left_;
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

bool has_flush(const Piece& piece) {
  return std::any_of(piece.blocks.begin(), piece.blocks.end(),
                     [](const BlockPart& part) { return part.begins && part.stored && part.head.stored == 0; });
}

// The narrowest window that reaches as far as the piece does.
std::uint8_t window_of(const Piece& piece) {
  std::size_t farthest = 0;
  for (const Token& token : piece.tokens) farthest = std::max<std::size_t>(farthest, token.distance);
  Settings settings;
  settings.window = 9;
  while (settings.window < 15 && search_of(settings).farthest < farthest) ++settings.window;
  return settings.window;
}

// The best settings so far.
class Choice {
 public:
  Choice(Trial& trial, std::size_t least) : trial_(trial), tokens_(least - 1), least_(least) {}

  const Settings& best() const { return best_; }
  std::size_t least() const { return least_; }
  bool is_hopeless() const { return least_ > tokens_ / 8; }

  void consider(const Settings& settings) {
    if (least_ == 0) return;
    const std::size_t wrong = trial_.wrong(settings, least_ - 1);
    if (wrong >= least_) return;
    least_ = wrong;
    best_ = settings;
  }
  void consider_levels(const Settings& like) {
    for (const std::uint8_t level : kLikely) {
      Settings settings = like;
      settings.level = level;
      if (level > 9) settings.memory = kOfficeMemory;
      consider(settings);
    }
  }
  void consider_memories() {
    for (std::uint8_t memory = 9; memory >= 1; --memory) {
      Settings settings = best_;
      settings.memory = memory;
      consider(settings);
    }
  }

 private:
  Trial& trial_;
  std::size_t tokens_;
  std::size_t least_;
  Settings best_;
};

}  // namespace

Settings choose_settings(ByteView history, const Piece& piece, const Settings* now) {
  Trial trial(history, piece);
  Choice choice(trial, std::min(kTrial, piece.tokens.size()) + 1);
  if (now != nullptr) choice.consider(*now);
  Settings start;
  start.memory = memory_of(piece);
  if (all_fixed(piece)) start.strategy = Strategy::Fixed;
  choice.consider_levels(start);
  for (const Strategy strategy : {Strategy::HuffmanOnly, Strategy::Runs}) {
    Settings settings = start;
    settings.strategy = strategy;
    choice.consider(settings);
  }
  if (has_flush(piece)) {
    Settings settings = start;
    settings.forgets = true;
    choice.consider_levels(settings);
  }
  start.window = window_of(piece);
  choice.consider_levels(start);
  start.strategy = Strategy::Filtered;
  choice.consider_levels(start);
  // What was found with a wrong width of the hash may hide the right level.
  for (std::size_t before = SIZE_MAX; choice.least() < before && !choice.is_hopeless();) {
    before = choice.least();
    choice.consider_memories();
    if (choice.least() < before) choice.consider_levels(choice.best());
  }
  return choice.best();
}

}  // namespace codec::container
