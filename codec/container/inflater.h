// Inflater: reads a deflate stream piece by piece, down to its tokens. A piece may end anywhere: what is not whole yet
// counts to the next one.                                                                       Source: RFC 1951
//   Limits  memory ~0.3 MiB (code tables) beside a piece's own
#pragma once
#include <cstdint>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/container/code_builder.h"
#include "codec/container/limits.h"

namespace codec::container {

enum class StreamEnd : std::uint8_t { Ends = 0, GoesOn = 1, GivenUp = 2 };

struct BlockHead {
  BlockType type = BlockType::Dynamic;
  bool last = false;
  std::size_t stored = 0;    // Stored: octets in it
  std::uint8_t padding = 0;  // Stored: bits before its size
  Bytes codes;               // Dynamic: the code lengths as written, in whole octets
  bool operator==(const BlockHead&) const = default;
};
// What a piece holds of a block.
struct BlockPart {
  bool begins = false;
  bool ends = false;
  BlockHead head;  // when it begins
  bool stored = false;
  std::size_t size = 0;  // stored: octets; else tokens
};

struct Piece {
  StreamEnd end = StreamEnd::GoesOn;
  std::size_t taken = 0;     // octets of the stream
  std::uint8_t padding = 0;  // Ends: bits behind the last block
  Bytes tail;                // octets behind the last whole token's last whole octet, those of earlier pieces aside
  std::vector<BlockPart> blocks;
  std::vector<Token> tokens;
  Bytes text;
};

class Inflater {
 public:
  // GivenUp: octets that are no deflate stream, or the text would be more than `room`; do not go on then.
  Piece read(ByteView octets, std::size_t room);

 private:
  enum class Step : std::uint8_t { Done, Short, Bad };
  Step read_head(BitReader& in, Piece& piece);
  Step read_stored(BitReader& in, ByteView octets, Piece& piece);
  Step read_token(BitReader& in, Piece& piece);
  Step use_codes(const CodeLengths& lengths);

  std::size_t room_ = 0;  // left in this piece
  Bytes carry_;           // octets that are not whole tokens yet
  std::size_t bit_ = 0;   // where the next one begins in them
  Bytes text_;            // a window, and this piece's
  bool open_ = false;     // within a block
  bool last_ = false;
  BlockType type_ = BlockType::Stored;
  std::size_t stored_left_ = 0;
  CodeReader literals_;
  CodeReader distances_;
};

}  // namespace codec::container
