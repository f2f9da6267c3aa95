#include <fmt/format.h>
#define ZSTD_STATIC_LINKING_ONLY  // the formats
#include <zstd.h>

#include <algorithm>

#include "codec/compress/window.h"

namespace codec::compress {

void Decompressor::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

Decompressor::Decompressor(int max_window_log)
    : max_window_log_(std::clamp(max_window_log, kMinWindowLog, kMaxWindowLog)) {}

Result<> Decompressor::open() {
  context_.reset(ZSTD_createDCtx());
  if (!context_) return fail(Errc::Full, "decompress: no memory for a window");
  const std::size_t code = ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log_);
  if (ZSTD_isError(code)) return fail(Errc::Full, std::string("decompress: ") + ZSTD_getErrorName(code));
  const std::size_t format = ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_format, ZSTD_f_zstd1_magicless);
  if (ZSTD_isError(format)) return fail(Errc::Full, std::string("decompress: ") + ZSTD_getErrorName(format));
  const std::size_t seen = ZSTD_DCtx_refPrefix_advanced(context_.get(), prefix_.data(), prefix_.size(), ZSTD_dct_auto);
  if (ZSTD_isError(seen)) return fail(Errc::Full, std::string("decompress: ") + ZSTD_getErrorName(seen));
  return {};
}

Result<> Decompressor::decode(ByteView in, std::size_t raw_size, Bytes& out) {
  if (raw_size > kMaxBlock) return fail(Errc::Limit, fmt::format("decompress: {} octets in a block", raw_size));
  if (broken_) return fail(Errc::Protocol, "decompress: the window is broken since an earlier block");
  if (!context_) TRY(open());
  const std::size_t before = out.size();
  Result<> done = run(in, raw_size, out);
  if (!done) {
    out.resize(before);
    broken_ = true;
    context_.reset();
  }
  return done;
}

// One octet of room more than is due: so a block that holds more is seen, and costs no more than that octet.
Result<> Decompressor::run(ByteView in, std::size_t raw_size, Bytes& out) {
  const std::size_t before = out.size();
  out.resize(before + raw_size + 1);
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  ZSTD_outBuffer output{out.data() + before, raw_size + 1, 0};
  for (;;) {
    const std::size_t taken = input.pos;
    const std::size_t made = output.pos;
    const std::size_t code = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(code)) return fail(Errc::Protocol, std::string("decompress: ") + ZSTD_getErrorName(code));
    if (output.pos > raw_size) return fail(Errc::Protocol, fmt::format("decompress: more than {} octets", raw_size));
    if (input.pos == input.size) break;
    if (input.pos == taken && output.pos == made) return fail(Errc::Protocol, "decompress: stuck");
  }
  // With room left and no input left, zstd holds nothing back.
  if (output.pos != raw_size)
    return fail(Errc::Protocol, fmt::format("decompress: {} octets where {} were said", output.pos, raw_size));
  out.resize(before + raw_size);
  return {};
}

void Decompressor::reset(Bytes prefix) {
  context_.reset();
  prefix_ = std::move(prefix);
  broken_ = false;
}

std::size_t Decompressor::memory() const {
  return (context_ ? ZSTD_sizeof_DCtx(context_.get()) : 0) + prefix_.capacity();
}

}  // namespace codec::compress
