// A chain too large for memory: written and read property by property, large Bytes in pieces.   Source: FORMAT.md §5
#pragma once
#include <optional>
#include <variant>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::property {

struct BytesBegin {
  Id id;
  std::uint64_t size;
};
struct BytesPiece {
  ByteView bytes;  // points into what was given to next()
};
struct BytesEnd {};
using ChainEvent = std::variant<BytesEnd, Entry, BytesBegin, BytesPiece>;

//   Limits  max_bytes is for all of the chain's small properties together; one small property or Text or nested Chain
//           <= max_inline (the memory held); streamed Bytes <= max_stream each; max_properties, max_depth as in decode
//   Errors  those of decode; Limit also for a Text or Chain above max_inline
class ChainReader {
 public:
  struct StreamLimits {
    Limits chain;
    std::size_t max_inline = kMaxInline;
    std::uint64_t max_stream = std::uint64_t{1} << 40;
  };
  ChainReader() : ChainReader(StreamLimits{}) {}
  explicit ChainReader(const StreamLimits& limits) : limits_(limits), left_(limits.chain.max_properties) {}

  // Takes bytes from the front of `in`; false: `in` is used up. Else `event` was set. Call until false. Bytes of more
  // than max_inline come as BytesBegin, pieces, BytesEnd; everything else as a whole Entry.
  Result<bool> next(ByteView& in, ChainEvent& event);
  Result<> finish() const;  // the stream ended: Protocol when that was in the middle of a property

 private:
  bool next_piece(ByteView& in, ChainEvent& event);
  Result<bool> next_property(ByteView& in, ChainEvent& event);
  Result<std::optional<std::uint64_t>> head();  // bytes of value still to come once key and number are whole
  Result<> take_entry(ChainEvent& event);
  static std::size_t nested(const Value& value);

  StreamLimits limits_;
  std::size_t left_;
  std::size_t small_bytes_ = 0;
  Id last_ = 0;
  Bytes held_;                           // the property begun
  std::optional<Key> key_;               // whose head is whole
  std::size_t whole_ = 0;                // bytes of the whole small property
  std::optional<std::uint64_t> stream_;  // bytes of the streamed one still to come
};

// Appends to a buffer that the caller drains between calls.
//   Errors  piece, end_bytes: Conflict when the bytes are not as many as begin_bytes said (a file that changed
//   meanwhile)
class ChainWriter {
 public:
  explicit ChainWriter(Bytes& out) : out_(out) {}

  template <Type T, class V>
  void add(Property<T> property, V&& value) {
    add(Entry{property.id, make_value<T>(std::forward<V>(value))});
  }
  void add(const Entry& entry);
  void begin_bytes(Property<Type::Bytes> property, std::uint64_t size);
  Result<> piece(ByteView bytes);
  Result<> end_bytes();

 private:
  Bytes& out_;
  std::optional<std::uint64_t> left_;  // of the Bytes begun
};

}  // namespace codec::property
