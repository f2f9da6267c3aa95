#include "codec/container/stream_opener.h"

#include <algorithm>
#include <numeric>

#include "codec/container/settings_choice.h"

namespace codec::container {
namespace {

constexpr std::size_t kKnown = 8000;     // tokens that tell settings for good
constexpr std::size_t kOddlyWrong = 50;  // one answer in so many: other settings may do better

BlockHead head_without_codes(const BlockHead& head) {
  BlockHead bare = head;
  bare.codes.clear();
  return bare;
}

bool are_built(const BlockHead& head, const BlockCodes& codes) {
  if (head.type != codes.type) return false;
  if (head.type == BlockType::Fixed) return true;
  BitWriter written;
  write_code_lengths(written, codes.lengths);
  written.align(0);
  return written.out == head.codes;
}

}  // namespace

void StreamOpener::correct_head(const BlockPart& part, std::span<const Token> tokens, bool is_last, StreamRun& run) {
  HeadCorrection correction;
  if (!part.stored && part.ends) {
    Frequencies frequencies;
    for (const Token& token : tokens) frequencies.add(token);
    const BlockCodes codes = choose_codes(frequencies, model_->fixed_only());
    if (part.head.last == is_last && are_built(part.head, codes)) {
      ++heads_right_;
      return;
    }
    correction.built = are_built(part.head, codes_of(frequencies, part.head.type));
  }
  correction.gap = heads_right_;
  correction.head = correction.built ? head_without_codes(part.head) : part.head;
  heads_right_ = 0;
  run.heads.push_back(std::move(correction));
}

void StreamOpener::correct_end(const BlockPart& part, bool is_rest, StreamRun& run) {
  const std::size_t foretold = count_ <= model_->search().block_tokens ? model_->search().block_tokens : SIZE_MAX;
  const std::size_t whole = count_ + part.size;
  const bool right = part.ends ? whole == foretold || (is_rest && whole < foretold) : whole < foretold;
  if (right) {
    ++ends_right_;
    return;
  }
  run.ends.push_back({ends_right_, part.ends ? whole : kNoEnd});
  ends_right_ = 0;
}

void StreamOpener::correct_token(const Token& token, StreamRun& run) {
  using Way = TokenCorrection::Way;
  const Token foretold = model_->predict();
  if (foretold == token) {
    ++tokens_right_;
    return;
  }
  TokenCorrection correction;
  correction.gap = tokens_right_;
  tokens_right_ = 0;
  if (token.is_match()) {
    correction.length = token.value;
    correction.value = token.distance;
    correction.way = Way::Distance;
    if (foretold.distance == token.distance) {
      correction.way = Way::SameDistance;
      correction.value = 0;
    } else if (const auto hops = model_->hops_to(token)) {
      correction.way = Way::Hops;
      correction.value = *hops;
    }
  }
  run.tokens.push_back(correction);
}

// The settings to go on with.
void StreamOpener::settle(const Piece& piece, StreamRun& run) {
  if (!model_) {
    run.settings = choose_settings({}, piece, nullptr);
    model_.emplace(*run.settings);
  } else if (doubtful_) {
    const Settings settings = choose_settings(model_->history(), piece, &model_->settings());
    if (settings == model_->settings()) return;
    run.settings = settings;
    model_->use(settings);
  }
}

StreamOpener::Opened StreamOpener::open(ByteView octets, std::size_t room) {
  Opened opened;
  room = std::min<std::uint64_t>(room, kMaxStreamText - seen_);
  Piece piece = inflater_.read(octets, room);
  seen_ += piece.text.size();
  StreamRun& run = opened.run;
  run.size = piece.text.size();
  run.end = piece.end;
  run.begins = !model_;
  run.padding = piece.padding;
  run.tail = std::move(piece.tail);
  settle(piece, run);
  opened.is_cheap = correct(piece, run);
  tokens_ += piece.tokens.size();
  doubtful_ = tokens_ < kKnown || run.tokens.size() > piece.tokens.size() / kOddlyWrong;
  opened.text = std::move(piece.text);
  opened.taken = piece.taken;
  opened.tokens = piece.tokens.size();
  return opened;
}

bool StreamOpener::correct(const Piece& piece, StreamRun& run) {
  heads_right_ = ends_right_ = tokens_right_ = 0;
  model_->append(piece.text);
  const std::uint64_t most_work = model_->work() + max_work(piece.text.size());
  std::span<const Token> rest(piece.tokens);
  std::size_t octets = piece.text.size();
  for (std::size_t i = 0; i < piece.blocks.size(); ++i) {
    const BlockPart& part = piece.blocks[i];
    const std::span<const Token> tokens = rest.first(part.stored ? 0 : part.size);
    rest = rest.subspan(tokens.size());
    const bool is_last = piece.end == StreamEnd::Ends && i + 1 == piece.blocks.size();
    if (part.begins) {
      ++run.blocks;
      count_ = 0;
      correct_head(part, tokens, is_last, run);
    }
    if (part.stored) {
      if (part.begins && part.head.stored == 0) model_->flush();
      if (part.size > 0) model_->pass(part.size);
      octets -= part.size;
      continue;
    }
    octets -= std::accumulate(tokens.begin(), tokens.end(), std::size_t{0},
                              [](std::size_t sum, const Token& token) { return sum + token.size(); });
    // What has no text behind it, but blocks, ends.
    if (!is_last) correct_end(part, octets == 0 && i + 1 < piece.blocks.size(), run);
    for (const Token& token : tokens) {
      correct_token(token, run);
      model_->accept(token);
      if (model_->work() > most_work) return false;
    }
    count_ += part.size;
  }
  return true;
}

}  // namespace codec::container
