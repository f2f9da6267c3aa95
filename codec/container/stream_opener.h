// StreamOpener: a deflate stream, piece by piece, to its text and what StreamCloser needs to have it again.
// Source: RECIPE.md §3
#pragma once
#include <optional>
#include <span>

#include "codec/container/recipe.h"
#include "codec/container/token_model.h"

namespace codec::container {

class StreamOpener {
 public:
  struct Opened {
    StreamRun run;
    Bytes text;
    std::size_t taken = 0;  // octets
    std::size_t tokens = 0;
    bool is_cheap = true;  // false: the matcher would work too long; the run is not whole
  };
  // The next piece. After a run that does not go on the stream is over.
  //   Limits  text <= `room`: a stream that would be more is given up there
  Opened open(ByteView octets, std::size_t room);

 private:
  void settle(const Piece& piece, StreamRun& run);
  bool correct(const Piece& piece, StreamRun& run);
  void correct_head(const BlockPart& part, std::span<const Token> tokens, bool is_last, StreamRun& run);
  void correct_end(const BlockPart& part, bool is_rest, StreamRun& run);
  void correct_token(const Token& token, StreamRun& run);

  Inflater inflater_;
  std::optional<TokenModel> model_;
  std::uint64_t seen_ = 0;
  std::size_t tokens_ = 0;
  bool doubtful_ = true;   // the settings are
  std::size_t count_ = 0;  // tokens of the open block
  std::size_t heads_right_ = 0, ends_right_ = 0, tokens_right_ = 0;
};

}  // namespace codec::container
