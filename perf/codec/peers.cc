// What others do: each mail by itself, or all of them in one stream.
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <string>

#include "perf/codec/method.h"

namespace perf::codec_bench {
namespace {

using codec::Errc;
using codec::fail;

constexpr int kGzipBest = 9;
constexpr int kGzipWindow = 15 + 16;  // with gzip's own head and trailer
constexpr int kRawDeflate = -15;      // RFC 4978 §3
constexpr int kZstdBest = 19;
constexpr int kLongWindow = 27;
constexpr std::size_t kRoom = 1 << 16;

// zlib over a whole input; `flush` says how it ends.
class Zlib {
 public:
  Zlib(int level, int window) { (void)deflateInit2(&stream_, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY); }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() { (void)deflateEnd(&stream_); }

  Result<> run(ByteView in, int flush, Bytes& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    for (;;) {
      const std::size_t before = out.size();
      out.resize(before + kRoom);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = kRoom;
      const int code = deflate(&stream_, flush);
      out.resize(before + kRoom - stream_.avail_out);
      if (code == Z_STREAM_ERROR) return fail(Errc::Io, "deflate");
      if (stream_.avail_out != 0) return {};
    }
  }

 private:
  z_stream stream_{};
};

// Inflates one stream after the other.
Result<Bytes> inflate_all(ByteView in, int window) {
  Bytes out;
  while (!in.empty()) {
    z_stream stream{};
    (void)inflateInit2(&stream, window);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    int code = Z_OK;
    while (code == Z_OK) {
      const std::size_t before = out.size();
      out.resize(before + kRoom);
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream.avail_out = kRoom;
      code = inflate(&stream, Z_NO_FLUSH);
      out.resize(before + kRoom - stream.avail_out);
      if (code == Z_OK && stream.avail_in == 0 && stream.avail_out != 0) break;
    }
    in = in.last(stream.avail_in);
    (void)inflateEnd(&stream);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return fail(Errc::Protocol, "inflate");
  }
  return out;
}

std::vector<Bytes> cut(ByteView all, const std::vector<std::size_t>& sizes) {
  std::vector<Bytes> mails;
  for (const std::size_t size : sizes) {
    if (size > all.size()) return mails;
    mails.emplace_back(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    all = all.subspan(size);
  }
  return mails;
}

class GzipEach final : public Encoder {
 public:
  Result<> encode(ByteView mail, Bytes& link) override {
    return Zlib(kGzipBest, kGzipWindow).run(mail, Z_FINISH, link);
  }
};
// IMAP's COMPRESS=DEFLATE: one stream, flushed where an answer ends.
class DeflateStream final : public Encoder {
 public:
  Result<> encode(ByteView mail, Bytes& link) override { return zlib_.run(mail, Z_SYNC_FLUSH, link); }

 private:
  Zlib zlib_{Z_DEFAULT_COMPRESSION, kRawDeflate};
};
Result<std::vector<Bytes>> decode_gzip(const Crossed& crossed) {
  TRY_ASSIGN(const Bytes all, inflate_all(crossed.link, kGzipWindow));
  return cut(all, crossed.sizes);
}
Result<std::vector<Bytes>> decode_deflate(const Crossed& crossed) {
  TRY_ASSIGN(const Bytes all, inflate_all(crossed.link, kRawDeflate));
  return cut(all, crossed.sizes);
}

class Zstd final : public Encoder {
 public:
  explicit Zstd(bool solid) : solid_(solid), context_(ZSTD_createCCtx()) {
    (void)ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdBest);
    if (!solid) return;
    (void)ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, kLongWindow);
    (void)ZSTD_CCtx_setParameter(context_, ZSTD_c_enableLongDistanceMatching, 1);
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  ~Zstd() override { (void)ZSTD_freeCCtx(context_); }

  Result<> encode(ByteView mail, Bytes& link) override {
    if (!solid_) return run(mail, link);
    all_.insert(all_.end(), mail.begin(), mail.end());
    return {};
  }
  Result<> finish(Bytes& link) override { return solid_ ? run(all_, link) : Result<>(); }

 private:
  Result<> run(ByteView in, Bytes& out) {
    const std::size_t before = out.size();
    out.resize(before + ZSTD_compressBound(in.size()));
    const std::size_t size = ZSTD_compress2(context_, out.data() + before, out.size() - before, in.data(), in.size());
    if (ZSTD_isError(size) != 0) return fail(Errc::Io, ZSTD_getErrorName(size));
    out.resize(before + size);
    return {};
  }

  bool solid_;
  ZSTD_CCtx* context_;
  Bytes all_;
};

Result<std::vector<Bytes>> decode_zstd(const Crossed& crossed) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  (void)ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kLongWindow);
  Bytes all;
  ZSTD_inBuffer in{crossed.link.data(), crossed.link.size(), 0};
  std::size_t code = 0;
  while (in.pos < in.size && ZSTD_isError(code) == 0) {
    const std::size_t before = all.size();
    all.resize(before + kRoom);
    ZSTD_outBuffer out{all.data() + before, kRoom, 0};
    code = ZSTD_decompressStream(context, &out, &in);
    all.resize(before + out.pos);
  }
  while (ZSTD_isError(code) == 0 && code != 0) {  // what it still holds
    const std::size_t before = all.size();
    all.resize(before + kRoom);
    ZSTD_outBuffer out{all.data() + before, kRoom, 0};
    code = ZSTD_decompressStream(context, &out, &in);
    all.resize(before + out.pos);
    if (out.pos == 0) break;
  }
  (void)ZSTD_freeDCtx(context);
  if (ZSTD_isError(code) != 0) return fail(Errc::Protocol, ZSTD_getErrorName(code));
  return cut(all, crossed.sizes);
}

}  // namespace

const Method kGzipEach = {
    "gzip-each", [](const Options&) -> std::unique_ptr<Encoder> { return std::make_unique<GzipEach>(); }, decode_gzip};
const Method kDeflateStream = {
    "deflate-stream", [](const Options&) -> std::unique_ptr<Encoder> { return std::make_unique<DeflateStream>(); },
    decode_deflate};
const Method kZstd19Each = {"zstd19-each",
                            [](const Options&) -> std::unique_ptr<Encoder> { return std::make_unique<Zstd>(false); },
                            decode_zstd};
const Method kZstd19Solid = {"zstd19-solid",
                             [](const Options&) -> std::unique_ptr<Encoder> { return std::make_unique<Zstd>(true); },
                             decode_zstd};

}  // namespace perf::codec_bench
