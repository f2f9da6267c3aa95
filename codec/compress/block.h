// Blocks: what bulk looks like on the link. One encoder and one decoder per user, direction and class.   Source:
// FORMAT.md
#pragma once
#include <array>
#include <optional>

#include "codec/compress/lz4_window.h"
#include "codec/compress/mix/coder.h"
#include "codec/compress/window.h"

namespace codec::compress {

// 6 bits. 7 .. 63 are kept for what else comes; 2 and 5 were mixers with other predictors.
enum class Encoding : std::uint8_t { Stored = 0, ZstdWindow = 1, Padding = 3, Lz4 = 4, Mix = 6 };
inline constexpr std::array kFormerMix{2U, 5U};
constexpr std::size_t kEncodings = 7;
constexpr std::uint8_t kFreshBit = 0x80;  // the window begins with this block
constexpr std::uint8_t kAsideBit = 0x40;  // of the window aside, not of the lane's

struct BlockHead {
  Encoding encoding;
  bool fresh;
  bool aside;
  std::size_t raw_size;
  std::size_t coded_size;
};
// nullopt: more octets are needed.
//   Errors  Protocol: non-minimal varint, empty block, stored sizes that differ, stored or padding with a window ·
//   Unsupported: encoding ·
//           Limit: raw_size, coded_size
Result<std::optional<BlockHead>> decode_block_head(ByteReader& in);

// What an encoder does. Mix gives up to half of what zstd gives, a hundred times slower, and takes mix::kMemory.
// Lz4 gives less than zstd's first level, several times faster, and what does not shrink by it is stored, but aside.
// Stored: octets cross as they are, and no window sees them.
struct Coding {
  Encoding encoding = Encoding::ZstdWindow;  // the others have neither level nor window
  int level = kDefaultLevel;
  int window_log = kDefaultWindowLog;
  bool operator==(const Coding&) const = default;
};

// Of one whole block.
Encoding encoding_of(ByteView block);

// What blocks of one kind have in common: a window of zstd's or LZ4's, or what a context mixer has learned.
class EncodingWindow {
 public:
  explicit EncodingWindow(const Coding& coding) : coding_(coding), zstd_(coding.level, coding.window_log) {}

  Result<> encode(ByteView raw, bool aside, Bytes& out);
  void reset(Bytes references = {});
  void use(const Coding& coding);
  const Coding& coding() const { return coding_; }
  std::size_t memory() const;

 private:
  void begin();
  Result<Encoding> code(ByteView raw, bool aside);
  Result<> encode_zstd(ByteView raw);

  Coding coding_;
  Compressor zstd_;
  mix::Encoder mix_;
  Lz4Encoder lz4_;
  bool begun_ = false;  // it has seen what a window begins with
  bool fresh_ = true;   // the peer does not know of it
  Bytes references_;    // of the window that begins
  Bytes coded_;
};

// Secrets never share a compressor: credentials and control frames do not come here.
//   Limits  a block <= raw + .1 % + 96 octets; memory as Compressor, none while only stored blocks pass
class BlockEncoder {
 public:
  BlockEncoder() : BlockEncoder(Coding{}) {}
  explicit BlockEncoder(const Coding& coding) : lane_(coding), aside_(coding) {}

  // Appends one block that the peer can decode at once; nothing for no octets.   Errors  Limit: above kMaxBlock · Full
  Result<> encode(ByteView raw, Bytes& out) { return lane_.encode(raw, false, out); }
  // The next block that is compressed begins a new window; the decoder follows by itself. For a resumed stream, a new
  // batch.
  void reset() { lane_.reset(); }
  void use(const Coding& coding) { lane_.use(coding); }  // costs the window when it differs; frees its memory
  const Coding& coding() const { return lane_.coding(); }

  // A window aside, for what must not share one with others: it has seen `references`, which the decoder is told
  // (expect()), and nothing else. The lane's window stays.
  void begin_aside(const Coding& coding, Bytes references);
  Result<> encode_aside(ByteView raw, Bytes& out) { return aside_.encode(raw, true, out); }
  // Frees it here, and says so to the decoder: with padding, so that `out` grows to a multiple of `unit` (8 to 4096).
  void end_aside(std::size_t unit, Bytes& out);

  // Appends one block of octets that no window sees.   Errors  Limit: above kMaxBlock
  static Result<> store(ByteView raw, Bytes& out);

  std::size_t memory() const { return lane_.memory() + aside_.memory(); }

 private:
  EncodingWindow lane_;
  EncodingWindow aside_;
};

//   Limits  holds one block (kMaxCoded) and two windows
//   Errors  those of decode_block_head and Decompressor; after an error every call says Protocol
class BlockDecoder {
 public:
  // `mix`: whether a peer may make us hold its memory.
  explicit BlockDecoder(int max_window_log = kMaxWindowLog, bool mix = true)
      : lane_(max_window_log), aside_(max_window_log), takes_mix_(mix) {}

  // Takes octets from the front of `in` until a block is whole, and appends its raw octets to `out`; nullopt: `in` is
  // used up. Else the count of raw octets, 0 for padding. Call until nullopt; `out` grows by at most kMaxBlock a call.
  Result<std::optional<std::size_t>> next(ByteView& in, Bytes& out);
  // What the encoder's begin_aside() was given, before the first block of it comes here.
  void expect(Bytes references) { references_ = std::move(references); }
  // Instead: they are not here. The blocks of that window give nothing.
  void pass_over() { skip_ = Skip::Next; }
  Encoding last() const { return last_; }  // of the last block
  bool takes_time(ByteView in) const;      // next() may find a block that is context mixed in it
  bool between_blocks() const { return held_.empty() && !head_ && !broken_; }
  std::size_t memory() const { return lane_.memory() + aside_.memory() + held_.capacity(); }

 private:
  struct Window {
    explicit Window(int max_window_log) : zstd(max_window_log) {}
    Decompressor zstd;
    mix::Decoder mix;
    Lz4Decoder lz4;
    std::optional<Encoding> begun;  // by a fresh block
    std::size_t memory() const { return zstd.memory() + mix.memory() + lz4.memory(); }
  };
  Result<bool> read_head(ByteView& in);
  Result<> decode(ByteView coded, Bytes& out);
  Result<std::optional<std::size_t>> step(ByteView& in, Bytes& out);
  Result<> begin(Window& window, Bytes references);
  bool skipped();
  void end_aside();
  enum class Skip : std::uint8_t { None, Next, This };  // windows aside

  Window lane_;
  Window aside_;
  bool takes_mix_;
  Encoding last_ = Encoding::Stored;
  bool broken_ = false;
  Bytes references_;
  Skip skip_ = Skip::None;
  std::optional<BlockHead> head_;
  Bytes held_;
};

}  // namespace codec::compress
