// One way to carry a folder of mail from one end to the other, measured.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"

namespace perf::codec_bench {

using codec::Bytes;
using codec::ByteView;
using codec::Result;

enum class Mode : std::uint8_t {
  Bulk,  // a first synchronization: newest first, in batches
  Live,  // each mail by itself when it comes, in order
  Up,    // each mail by itself, as the client sends it
};

// Takes the mails in their order. What one call appends is all that crosses the link for that mail, but for Bulk, where
// it may wait for finish().
class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual Result<> encode(ByteView mail, Bytes& link) = 0;
  virtual Result<> finish(Bytes&) { return {}; }
  virtual std::size_t referring() const { return 0; }  // mails coded against earlier ones
};

// All that an Encoder made.
struct Crossed {
  Mode mode = Mode::Bulk;
  Bytes link;
  std::vector<std::size_t> ends;   // on the link, behind each call
  std::vector<std::size_t> sizes;  // of the mails
};

// Gives the mails again in the same order.
using Decode = Result<std::vector<Bytes>> (*)(const Crossed& crossed);

struct Options {
  Mode mode = Mode::Bulk;
  std::string authserv_id;       // whom the user trusts
  std::vector<std::string> own;  // the user's addresses: a folder of a corpus does not tell what lay in Sent
};

struct Method {
  std::string_view name;
  std::unique_ptr<Encoder> (*make)(const Options& options);
  Decode decode;
};

const Method* find_method(std::string_view name);

// packetboat.cc, peers.cc
extern const Method kPacketboat;
extern const Method kPacketboatMix;
extern const Method kPacketboatLz4;   // as over a LAN
extern const Method kPacketboatFree;  // without the rules on references, and without padding
extern const Method kPacketboatMixFree;
extern const Method kGzipEach;
extern const Method kDeflateStream;
extern const Method kZstd19Each;
extern const Method kZstd19Solid;

}  // namespace perf::codec_bench
