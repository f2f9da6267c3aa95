// Blocks: what bulk looks like on the link. One encoder and one decoder per user, direction and class.   Source:
// FORMAT.md
#pragma once
#include <optional>

#include "codec/compress/mix/coder.h"
#include "codec/compress/window.h"

namespace codec::compress {

// 7 bits. 3 .. 127 are kept for lz4, references.
enum class Encoding : std::uint8_t { Stored = 0, ZstdWindow = 1, Mix = 2 };
constexpr std::uint8_t kFreshBit = 0x80;  // the window begins with this block

struct BlockHead {
  Encoding encoding;
  bool fresh;
  std::size_t raw_size;
  std::size_t coded_size;
};
// nullopt: more octets are needed.
//   Errors  Protocol: non-minimal varint, empty block, stored sizes that differ, stored and fresh · Unsupported:
//   encoding ·
//           Limit: raw_size, coded_size
Result<std::optional<BlockHead>> decode_block_head(ByteReader& in);

// What an encoder does. Mix gives up to half of what zstd gives, a hundred times slower, and takes mix::kMemory.
struct Coding {
  Encoding encoding = Encoding::ZstdWindow;  // Mix has neither level nor window
  int level = kDefaultLevel;
  int window_log = kDefaultWindowLog;
  bool operator==(const Coding&) const = default;
};

// Secrets never share a compressor: credentials and control frames do not come here.
//   Limits  a block <= raw + .1 % + 32 octets; memory as Compressor, none while only stored blocks pass
class BlockEncoder {
 public:
  BlockEncoder() : BlockEncoder(Coding{}) {}
  explicit BlockEncoder(const Coding& coding) : coding_(coding), window_(coding.level, coding.window_log) {}

  // Appends one block that the peer can decode at once; nothing for no octets.   Errors  Limit: above kMaxBlock · Full
  Result<> encode(ByteView raw, Bytes& out);
  // The next block that is compressed begins a new window; the decoder follows by itself. For a resumed stream, a new
  // batch, a sender that must not share a window with the last one.
  void reset();
  void use(const Coding& coding);  // costs the window when it differs; frees its memory
  const Coding& coding() const { return coding_; }
  std::size_t memory() const { return window_.memory() + mix_.memory() + coded_.capacity(); }

 private:
  Result<> encode_zstd(ByteView raw);

  Coding coding_;
  Compressor window_;
  mix::Encoder mix_;
  bool fresh_ = true;
  Bytes coded_;
};

//   Limits  holds one block (kMaxCoded) and one window
//   Errors  those of decode_block_head and Decompressor; after an error every call says Protocol
class BlockDecoder {
 public:
  // `mix`: whether a peer may make us hold its memory.
  explicit BlockDecoder(int max_window_log = kMaxWindowLog, bool mix = true)
      : window_(max_window_log), takes_mix_(mix) {}

  // Takes octets from the front of `in` until a block is whole, and appends its raw octets to `out`; nullopt: `in` is
  // used up. Else the count of raw octets. Call until nullopt; `out` grows by at most kMaxBlock a call.
  Result<std::optional<std::size_t>> next(ByteView& in, Bytes& out);
  bool mixing() const { return begun_ == Encoding::Mix; }  // its blocks take their time
  bool between_blocks() const { return held_.empty() && !head_ && !broken_; }
  std::size_t memory() const { return window_.memory() + mix_.memory() + held_.capacity(); }

 private:
  Result<bool> read_head(ByteView& in);
  Result<> decode(ByteView coded, Bytes& out);
  Result<std::optional<std::size_t>> step(ByteView& in, Bytes& out);

  Result<> begin(Encoding encoding);

  Decompressor window_;
  mix::Decoder mix_;
  bool takes_mix_;
  std::optional<Encoding> begun_;  // by a fresh block
  bool broken_ = false;
  std::optional<BlockHead> head_;
  Bytes held_;
};

}  // namespace codec::compress
