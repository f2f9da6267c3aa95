#include "codec/compress/lz4_window.h"

#include <fmt/format.h>
#include <lz4.h>

#include <algorithm>

namespace codec::compress {
namespace {

const char* chars_of(ByteView octets) {
  return reinterpret_cast<const char*>(octets.data());
}

}  // namespace

void Lz4Window::reset(ByteView prefix) {
  Bytes().swap(seen_);
  see(prefix);
}

void Lz4Window::see(ByteView raw) {
  if (raw.size() >= kLz4Window) {
    const ByteView last = raw.last(kLz4Window);
    seen_.assign(last.begin(), last.end());
    return;
  }
  const std::size_t kept = std::min(seen_.size(), kLz4Window - raw.size());
  seen_.erase(seen_.begin(), seen_.end() - static_cast<std::ptrdiff_t>(kept));
  seen_.insert(seen_.end(), raw.begin(), raw.end());
}

Lz4Encoder::Lz4Encoder() = default;
Lz4Encoder::~Lz4Encoder() = default;
Lz4Encoder::Lz4Encoder(Lz4Encoder&& other) noexcept = default;
Lz4Encoder& Lz4Encoder::operator=(Lz4Encoder&& other) noexcept = default;

void Lz4Encoder::reset(ByteView prefix) {
  state_.reset();
  window_.reset(prefix);
}

std::size_t Lz4Encoder::enough_for(std::size_t raw) {
  return static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(raw))) + 1;
}

// Every block begins with the window as its dictionary: what was not taken leaves no trace.
bool Lz4Encoder::encode(ByteView raw, std::size_t most, Bytes& out) {
  if (!state_) {
    state_ = std::make_unique<LZ4_stream_t>();
    LZ4_initStream(state_.get(), sizeof(LZ4_stream_t));
  }
  LZ4_resetStream_fast(state_.get());
  const ByteView seen = window_.seen();
  LZ4_loadDict(state_.get(), chars_of(seen), static_cast<int>(seen.size()));
  const std::size_t before = out.size();
  const std::size_t room = most > 0 ? most - 1 : 0;
  out.resize(before + room);
  const int size = LZ4_compress_fast_continue(state_.get(), chars_of(raw), reinterpret_cast<char*>(out.data() + before),
                                              static_cast<int>(raw.size()), static_cast<int>(room), 1);
  out.resize(before + static_cast<std::size_t>(std::max(size, 0)));
  if (size <= 0) return false;
  window_.see(raw);
  return true;
}

std::size_t Lz4Encoder::memory() const {
  return window_.memory() + (state_ ? sizeof(LZ4_stream_t) : 0);
}

// There is room for exactly what was said: LZ4 writes no octet more.
Result<> Lz4Decoder::decode(ByteView in, std::size_t raw_size, Bytes& out) {
  if (raw_size > kMaxBlock) return fail(Errc::Limit, fmt::format("lz4: {} octets in a block", raw_size));
  const std::size_t before = out.size();
  out.resize(before + raw_size);
  const ByteView seen = window_.seen();
  const int size = LZ4_decompress_safe_usingDict(chars_of(in), reinterpret_cast<char*>(out.data() + before),
                                                 static_cast<int>(in.size()), static_cast<int>(raw_size),
                                                 chars_of(seen), static_cast<int>(seen.size()));
  if (size < 0 || static_cast<std::size_t>(size) != raw_size) {
    out.resize(before);
    return fail(Errc::Protocol, fmt::format("lz4: not the {} octets that were said", raw_size));
  }
  window_.see(ByteView(out).subspan(before));
  return {};
}

}  // namespace codec::compress
