// StreamCloser: deflate once more. Text and corrections of a stream's pieces to its octets.     Source: RECIPE.md §3
#pragma once
#include <optional>

#include "codec/container/recipe.h"
#include "codec/container/token_model.h"

namespace codec::container {

class StreamCloser {
 public:
  explicit StreamCloser(const Settings& settings) : model_(settings) {}

  // The octets of the next piece, behind `into`; at most `most` of them.   Errors  Protocol: a run that gives none such
  Result<> close(const StreamRun& run, ByteView text, Bytes& into, std::size_t most);

 private:
  struct Cursor;
  Result<> begin_block(Cursor& run);
  Result<bool> go_on_stored();
  Result<bool> go_on_coded(Cursor& run);
  Result<Token> next_token(Cursor& run);
  Result<> put_built_head(Cursor& run);
  void put_bits(ByteView bits, std::size_t count);
  void put_tokens();
  Result<> give(const StreamRun& run, Bytes& into, std::size_t most);

  TokenModel model_;
  std::uint64_t seen_ = 0;       // text
  std::uint64_t most_work_ = 0;  // of the model, up to this piece's end
  BitWriter out_;
  std::size_t given_ = 0;  // octets of what comes out next that a tail has given before
  // The block that is open.
  bool open_ = false;
  BlockType type_ = BlockType::Stored;
  std::size_t stored_left_ = 0;
  std::size_t count_ = 0;         // tokens
  bool head_is_due_ = false;      // it is built of all the block's tokens
  std::optional<BlockHead> due_;  // what is known of it; nothing: all of it is foretold
  std::vector<Token> tokens_;
  std::optional<CodeWords> literals_;
  std::optional<CodeWords> distances_;
};

}  // namespace codec::container
