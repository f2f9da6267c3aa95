// Ours: the messages of a Bodies stream, or of an operations and an Upload stream, with their windows.
#include "codec/compress/block.h"
#include "codec/mime/splitter.h"
#include "codec/property/frame.h"
#include "perf/codec/method.h"
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
  switch (mode) {
    case Mode::Bulk:
      return proxy::messaging::kBulk;
    case Mode::Live:
      return proxy::messaging::kTrickle;
    case Mode::Up:
      return {};
  }
  return {};
}

class PacketboatEncoder final : public Encoder {
 public:
  PacketboatEncoder(Mode mode, const MessageOptions& options) : mode_(mode), blocks_(options) {}

  Result<> encode(ByteView mail, Bytes& link) override {
    if (mode_ == Mode::Up && mail.size() > sync::kInlineOctets) blocks_.reset();  // a stream of its own
    put(sync::ItemStart{.mailbox = {}, .uid_validity = {}, .uid = {++uid_}, .ticket = {}, .size = mail.size()});
    for (std::size_t at = 0; at < mail.size();) {
      const ByteView rest = mail.subspan(at);
      const std::size_t size =
          rest.size() > sync::kMaxBlock ? codec::mime::split_point(rest.first(sync::kMaxBlock)) : rest.size();
      put(sync::ItemBlock{at, Bytes(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size))});
      at += size;
      if (queued_.size() >= kBatch) TRY(flush(link));
    }
    sync::ItemEnd end;
    for (std::size_t i = 0; i < end.digest.size(); ++i)
      end.digest[i] = static_cast<std::byte>((uid_ * 2654435761U) >> (i % 24));
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
  codec::compress::BlockDecoder blocks;
  codec::property::FrameReader frames{codec::property::Limits{}};
  std::vector<Bytes> mails;
  for (;;) {
    Bytes raw;
    TRY_ASSIGN(const auto more, blocks.next(link, raw));
    if (!more) return mails;
    ByteView in(raw);
    for (;;) {
      TRY_ASSIGN(const auto chain, frames.next(in));
      if (!chain) break;
      TRY_ASSIGN(const sync::ItemMessage message, sync::decode_item(*chain));
      if (std::holds_alternative<sync::ItemStart>(message)) mails.emplace_back();
      if (const auto* block = std::get_if<sync::ItemBlock>(&message)) {
        mails.back().insert(mails.back().end(), block->octets.begin(), block->octets.end());
      }
    }
  }
}

}  // namespace

const Method kPacketboat = {
    "packetboat",
    [](Mode mode) -> std::unique_ptr<Encoder> { return std::make_unique<PacketboatEncoder>(mode, options_of(mode)); },
    decode};
const Method kPacketboatMix = {"packetboat-mix",
                               [](Mode mode) -> std::unique_ptr<Encoder> {
                                 return std::make_unique<PacketboatEncoder>(
                                     mode, MessageOptions{.encoding = codec::compress::Encoding::Mix});
                               },
                               decode};

}  // namespace perf::codec_bench
