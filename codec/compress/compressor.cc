#define ZSTD_STATIC_LINKING_ONLY  // the formats
#include <zstd.h>

#include <algorithm>

#include "codec/compress/window.h"

namespace codec::compress {
namespace {

constexpr std::size_t kRoom = 16 * 1024;  // octets of output made room for at a time
// From here on zstd takes tables for 4 to 16 MiB however small the window is (86 MiB at level 19 for one of 1 MiB).
constexpr int kTablesFollow = 7;
constexpr int kMaxTableLog = 20;  // one more costs 6 MiB and gives .5 %

Error failed(std::size_t code) {
  return Error(Errc::Full, std::string("compress: ") + ZSTD_getErrorName(code));
}

}  // namespace

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

Compressor::Compressor(int level, int window_log)
    : level_(std::clamp(level, kMinLevel, kMaxLevel)),
      window_log_(std::clamp(window_log, kMinWindowLog, kMaxWindowLog)) {}

Result<> Compressor::open() {
  context_.reset(ZSTD_createCCtx());
  if (!context_) return fail(Errc::Full, "compress: no memory for a window");
  // Sizes and digests travel with the block; neither is needed inside.
  for (const auto& [parameter, value] : {std::pair{ZSTD_c_compressionLevel, level_},
                                         {ZSTD_c_windowLog, window_log_},
                                         {ZSTD_c_format, ZSTD_f_zstd1_magicless},
                                         {ZSTD_c_contentSizeFlag, 0},
                                         {ZSTD_c_checksumFlag, 0}}) {
    const std::size_t code = ZSTD_CCtx_setParameter(context_.get(), parameter, value);
    if (ZSTD_isError(code)) return tl::unexpected(failed(code));
  }
  if (level_ >= kTablesFollow) {
    for (const ZSTD_cParameter parameter : {ZSTD_c_hashLog, ZSTD_c_chainLog}) {
      const std::size_t code = ZSTD_CCtx_setParameter(context_.get(), parameter, std::min(window_log_, kMaxTableLog));
      if (ZSTD_isError(code)) return tl::unexpected(failed(code));
    }
  }
  if (window_log_ > kMaxTableLog) {
    // The tables hold as many places as they always did; what lies farther back is found by its long matches.
    const std::size_t code = ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_enableLongDistanceMatching, 1);
    if (ZSTD_isError(code)) return tl::unexpected(failed(code));
  }
  const std::size_t code = ZSTD_CCtx_refPrefix_advanced(context_.get(), prefix_.data(), prefix_.size(), ZSTD_dct_auto);
  if (ZSTD_isError(code)) return tl::unexpected(failed(code));
  return {};
}

Result<> Compressor::append(ByteView in, Bytes& out) {
  return run(in, false, out);
}

Result<> Compressor::flush(Bytes& out) {
  return run({}, true, out);
}

Result<> Compressor::run(ByteView in, bool flush, Bytes& out) {
  if (!context_) TRY(open());
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  for (;;) {
    const std::size_t before = out.size();
    out.resize(before + kRoom);
    ZSTD_outBuffer output{out.data() + before, kRoom, 0};
    const std::size_t left =
        ZSTD_compressStream2(context_.get(), &output, &input, flush ? ZSTD_e_flush : ZSTD_e_continue);
    out.resize(before + output.pos);
    if (ZSTD_isError(left)) return tl::unexpected(failed(left));
    if (flush ? left == 0 : input.pos == input.size) return {};
  }
}

void Compressor::reset(Bytes prefix) {
  context_.reset();
  prefix_ = std::move(prefix);
}

std::size_t Compressor::memory() const {
  return (context_ ? ZSTD_sizeof_CCtx(context_.get()) : 0) + prefix_.capacity();
}

}  // namespace codec::compress
