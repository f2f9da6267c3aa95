// Ours: the messages of a Bodies stream, or of an operations and an Upload stream, with their windows.
#include "booster/crypto/digest.h"
#include "codec/compress/block.h"
#include "codec/content/unwrapper.h"
#include "codec/property/frame.h"
#include "perf/codec/packetboat_live.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"

namespace perf::codec_bench {
namespace {

using codec::compress::BlockEncoder;
using proxy::messaging::kBatch;
using proxy::messaging::MessageOptions;
namespace sync = proxy::sync;

MessageOptions options_of(Mode mode) {
  return mode == Mode::Bulk ? proxy::messaging::kBulk : MessageOptions{};
}

class PacketboatEncoder final : public Encoder {
 public:
  PacketboatEncoder(Mode mode, const MessageOptions& options) : mode_(mode), blocks_(options) {}

  Result<> encode(ByteView mail, Bytes& link) override {
    if (mode_ == Mode::Up && mail.size() > sync::kInlineOctets) blocks_.reset();  // a stream of its own
    put(sync::ItemStart{.mailbox = {}, .uid_validity = {}, .uid = {++uid_}, .ticket = {}, .size = mail.size()});
    codec::content::Unwrapper unwrapper;
    for (std::size_t at = 0; at < mail.size();) {
      const std::size_t size = codec::content::next_piece(mail.subspan(at));
      put(sync::ItemBlock{at, unwrapper.unwrap(mail.subspan(at, size))});
      at += size;
      if (queued_.size() >= kBatch) TRY(flush(link));
    }
    sync::ItemEnd end;
    end.digest = sync::front_of(booster::crypto::sha256(mail).bytes);
    put(end);
    return mode_ == Mode::Bulk ? Result<>() : flush(link);
  }
  Result<> finish(Bytes& link) override { return flush(link); }

 private:
  void put(const sync::ItemMessage& message) { codec::property::append_framed(sync::encode(message), queued_); }
  Result<> flush(Bytes& link) {
    for (std::size_t at = 0; at < queued_.size(); at += codec::compress::kMaxBlock) {
      const ByteView rest = ByteView(queued_).subspan(at);
      TRY(blocks_.encode(rest.first(std::min(rest.size(), codec::compress::kMaxBlock)), link));
    }
    queued_.clear();
    return {};
  }

  Mode mode_;
  BlockEncoder blocks_;
  std::uint32_t uid_ = 0;
  Bytes queued_;
};

Result<std::vector<Bytes>> decode(ByteView link, const std::vector<std::size_t>&) {
  return decode_items(link);
}

using codec::refer::Rules;

// Live mail and history are coded differently; what goes up has a window of its own.
std::unique_ptr<Encoder> make(const Options& options, Rules rules, bool mix) {
  const MessageOptions mixed{.encoding = codec::compress::Encoding::Mix};
  if (options.mode == Mode::Live) return make_live(options, rules, mix);
  return std::make_unique<PacketboatEncoder>(options.mode, mix ? mixed : options_of(options.mode));
}

}  // namespace

const Method kPacketboat = {"packetboat", [](const Options& options) { return make(options, Rules::Safe, false); },
                            decode};
const Method kPacketboatMix = {"packetboat-mix",
                               [](const Options& options) { return make(options, Rules::Safe, true); }, decode};
const Method kPacketboatFree = {"packetboat-free",
                                [](const Options& options) { return make(options, Rules::None, false); }, decode};
const Method kPacketboatMixFree = {"packetboat-mix-free",
                                   [](const Options& options) { return make(options, Rules::None, true); }, decode};

}  // namespace perf::codec_bench
