// TokenModel: foretells the next token of a deflate stream from the plaintext, as the encoder with these settings would
// have chosen it. Both ends run it over the same text and tell it each token as it really was. Source: RECIPE.md §4
//   Limits  memory ~0.6 MiB and the text of one block; a step costs at most the settings' chain
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/container/settings.h"
#include "codec/container/token.h"

namespace codec::container {

class TokenModel {
 public:
  explicit TokenModel(const Settings& settings) { use(settings); }

  // Other settings from here on; the text in the window is indexed anew.
  void use(const Settings& settings);
  const Settings& settings() const { return settings_; }
  const Search& search() const { return search_; }
  // Text to come. What lies farther back than a window is forgotten.
  void append(ByteView text);
  std::uint64_t work() const { return work_; }  // candidates looked at so far
  std::size_t left() const { return end_ - at_; }
  ByteView history() const {
    const std::size_t size = std::min(at_ - base_, kWindow);
    return {text(at_ - size), size};
  }
  ByteView coming(std::size_t octets) const { return {text(at_), octets}; }
  Token literal() const { return {std::to_integer<std::uint16_t>(*text(at_)), 0}; }  // the next octet for itself
  bool fixed_only() const { return settings_.strategy == Strategy::Fixed; }

  Token predict();
  // The next token as it is.   Limits  token.size() <= left()
  void accept(const Token& token);
  // Text that is no token's: a stored block's.
  void pass(std::size_t octets);

  // An empty stored block was here.
  void flush();

  // Which candidate a match is, counted along the hash chain among those that match as far; nullopt: not found near.
  std::optional<std::size_t> hops_to(const Token& match);
  std::optional<std::size_t> distance_at(std::size_t length, std::size_t hops);
  bool reaches(std::size_t distance) const { return distance <= kWindow && distance <= at_ - kOrigin; }

 private:
  struct Match {
    std::size_t length = 0;
    std::size_t distance = 0;
  };
  static constexpr std::size_t kRing = 2 * kWindow;
  static constexpr std::uint32_t kOrigin = 0;  // zlib never finds the first octet of a stream: position 0 is "none"

  const std::byte* text(std::size_t position) const { return text_.data() + (position - base_); }
  std::uint32_t hash_at(std::size_t position) const;
  void index_up_to(std::size_t position);
  std::size_t common(std::size_t a, std::size_t b, std::size_t most) const;
  Match longest(std::size_t position, std::size_t floor);
  Match filtered(std::size_t position, std::size_t floor);
  Token predict_greedy();
  Token predict_lazy();
  Token predict_run() const;

  Settings settings_;
  Search search_{};
  std::uint64_t work_ = 0;
  Bytes text_;                  // the window and what comes
  std::size_t base_ = kOrigin;  // position of text_[0]
  std::size_t at_ = kOrigin;    // of the next token
  std::size_t end_ = kOrigin;
  std::size_t next_index_ = kOrigin;   // the next position to index
  std::vector<std::uint32_t> head_;    // by hash: the last position
  std::vector<std::uint32_t> before_;  // by position: the one before with the same hash
  // What lazy matching knows of the place the next token begins at.
  std::size_t floor_ = kMinMatch - 1;  // only a longer match counts
  std::optional<Match> here_;
  std::optional<Match> held_;  // a literal was foretold since this better match begins behind it
};

}  // namespace codec::container
