// Ours: the messages of a Bodies stream, or of an operations and an Upload stream, with their windows.
#include <algorithm>

#include "booster/crypto/digest.h"
#include "codec/compress/block.h"
#include "codec/content/unwrapper.h"
#include "codec/property/frame.h"
#include "codec/refer/prefix.h"
#include "perf/codec/packetboat_live.h"
#include "proxy/messaging/coding.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"

namespace perf::codec_bench {
namespace {

using codec::compress::BlockEncoder;
using codec::refer::Extent;
using codec::refer::History;
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
    if (mode_ == Mode::Up) return encode_up(mail, link);
    put_start(mail);
    TRY(put_octets(mail, link));
    return mode_ == Mode::Bulk ? Result<>() : flush(link);
  }
  Result<> finish(Bytes& link) override { return flush(link); }
  std::size_t referring() const override { return referring_; }

 private:
  // A large one has a stream of its own, and may refer to what both ends hold.
  Result<> encode_up(ByteView mail, Bytes& link) {
    codec::refer::Traits traits = codec::refer::traits_of(mail, {"", 1}, codec::refer::Author::User);
    const bool large = mail.size() > sync::kInlineOctets;
    if (large) blocks_.reset();
    put_start(mail);
    const History::Room room{.fronts = 0, .whole = large ? proxy::messaging::kWholeReferences : 0};
    TRY(refer_to(history_.choose(traits, room, 0).whole, mail.size(), link));
    TRY(put_octets(mail, link));
    TRY(flush(link));
    if (alone_) blocks_.end_aside(unit_of(link.size() - begun_at_), link);
    alone_ = false;
    if (mail.size() <= codec::refer::most_octets(Extent::Whole)) history_.add(uid_, std::move(traits), mail.size());
    mails_.emplace_back(mail.begin(), mail.end());
    return {};
  }
  Result<> refer_to(const std::vector<History::Id>& whole, std::size_t octets, Bytes& link) {
    sync::ItemReferences references;
    Bytes prefix;
    for (const History::Id id : whole) {
      if (!codec::refer::append_reference(mails_[id - 1], Extent::Whole, prefix)) continue;
      references.whole.push_back({{}, {}, {static_cast<std::uint32_t>(id)}});
    }
    if (prefix.empty()) return {};
    ++referring_;
    const auto digest = booster::crypto::sha256(prefix);
    std::copy_n(digest.bytes.begin(), references.check.size(), references.check.begin());
    put(references);
    begun_at_ = link.size();
    TRY(BlockEncoder::store(queued_, link));
    queued_.clear();
    blocks_.begin_aside(proxy::messaging::unmixed({octets, prefix.size()}), std::move(prefix));
    alone_ = true;
    return {};
  }
  static std::size_t unit_of(std::size_t coded) {
    return coded > proxy::messaging::kLarge ? proxy::messaging::kPaddingOfLarge : proxy::messaging::kPadding;
  }
  void put_start(ByteView mail) {
    put(sync::ItemStart{.mailbox = {}, .uid_validity = {}, .uid = {++uid_}, .ticket = {}, .size = mail.size()});
  }
  Result<> put_octets(ByteView mail, Bytes& link) {
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
    return {};
  }
  void put(const sync::ItemMessage& message) { codec::property::append_framed(sync::encode(message), queued_); }
  Result<> flush(Bytes& link) {
    for (std::size_t at = 0; at < queued_.size(); at += codec::compress::kMaxBlock) {
      const ByteView rest = ByteView(queued_).subspan(at);
      const ByteView raw = rest.first(std::min(rest.size(), codec::compress::kMaxBlock));
      TRY(alone_ ? blocks_.encode_aside(raw, link) : blocks_.encode(raw, link));
    }
    queued_.clear();
    return {};
  }

  Mode mode_;
  BlockEncoder blocks_;
  std::uint32_t uid_ = 0;
  Bytes queued_;
  History history_{codec::refer::Rules::None};  // of what the user sends the user may choose freely
  std::vector<Bytes> mails_;
  std::size_t referring_ = 0;
  bool alone_ = false;
  std::size_t begun_at_ = 0;  // on the link, what stands alone
};

Result<std::vector<Bytes>> decode(ByteView link, const std::vector<std::size_t>&) {
  return decode_items(link);
}

using codec::refer::Rules;

// Live mail and history are coded differently; what goes up has a window of its own.
std::unique_ptr<Encoder> make(const Options& options, Rules rules, PackedFor packed) {
  const MessageOptions mixed{.encoding = codec::compress::Encoding::Mix};
  if (options.mode == Mode::Live) return make_live(options, rules, packed);
  if (packed == PackedFor::Slow) return std::make_unique<PacketboatEncoder>(options.mode, mixed);
  if (packed == PackedFor::Lan) return std::make_unique<PacketboatEncoder>(options.mode, proxy::messaging::kQuickest);
  return std::make_unique<PacketboatEncoder>(options.mode, options_of(options.mode));
}

template <Rules kRules, PackedFor kPacked>
std::unique_ptr<Encoder> make_as(const Options& options) {
  return make(options, kRules, kPacked);
}

}  // namespace

const Method kPacketboat = {"packetboat", make_as<Rules::Safe, PackedFor::Usual>, decode};
const Method kPacketboatMix = {"packetboat-mix", make_as<Rules::Safe, PackedFor::Slow>, decode};
const Method kPacketboatLz4 = {"packetboat-lz4", make_as<Rules::Safe, PackedFor::Lan>, decode};
const Method kPacketboatFree = {"packetboat-free", make_as<Rules::None, PackedFor::Usual>, decode};
const Method kPacketboatMixFree = {"packetboat-mix-free", make_as<Rules::None, PackedFor::Slow>, decode};

}  // namespace perf::codec_bench
