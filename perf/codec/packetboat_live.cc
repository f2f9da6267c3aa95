#include "perf/codec/packetboat_live.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "codec/mime/splitter.h"
#include "codec/property/frame.h"
#include "codec/refer/prefix.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/sync/items.h"

namespace perf::codec_bench {
namespace {

using codec::compress::BlockEncoder;
using codec::refer::History;
namespace messaging = proxy::messaging;
namespace sync = proxy::sync;

constexpr std::uint64_t kBetween = 900;  // seconds from one mail to the next: a mailbox of a hundred mails a day

class LiveEncoder final : public Encoder {
 public:
  LiveEncoder(const Options& options, codec::refer::Rules rules, const codec::compress::Coding& coding)
      : authserv_id_(options.authserv_id), own_(options.own), rules_(rules), history_(rules), coding_(coding) {}

  Result<> encode(ByteView mail, Bytes& link) override {
    const std::uint32_t uid = static_cast<std::uint32_t>(mails_.size()) + 1;
    codec::refer::Traits traits = codec::refer::traits_of(mail, authserv_id_, codec::refer::Author::Anybody);
    traits.by_user = std::find(own_.begin(), own_.end(), traits.sender) != own_.end();
    const bool mix = coding_.encoding == codec::compress::Encoding::Mix;
    const std::vector<History::Id> chosen =
        history_.choose(traits, mix ? messaging::kMixReferences : messaging::kReferences, uid * kBetween);
    Bytes coded;
    Bytes head;
    put(sync::ItemStart{.mailbox = {}, .uid_validity = {}, .uid = {uid}, .ticket = {}, .size = mail.size()}, head);
    Bytes references;
    if (!chosen.empty()) {
      ++referring_;
      sync::ItemReferences message;
      for (const History::Id id : chosen) {
        message.items.push_back({{}, {}, {static_cast<std::uint32_t>(id)}});
        codec::refer::append_reference(mails_[id - 1], references);
      }
      const auto digest = booster::crypto::sha256(references);
      std::copy_n(digest.bytes.begin(), message.check.size(), message.check.begin());
      put(message, head);
    }
    TRY(BlockEncoder::store(head, coded));
    blocks_.begin_aside(coding_, std::move(references));
    Bytes body;
    for (std::size_t at = 0; at < mail.size();) {
      const ByteView rest = mail.subspan(at);
      const std::size_t size =
          rest.size() > sync::kMaxBlock ? codec::mime::split_point(rest.first(sync::kMaxBlock)) : rest.size();
      put(sync::ItemBlock{at, Bytes(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size))}, body);
      at += size;
    }
    sync::ItemEnd end;
    end.digest = booster::crypto::sha256(mail).bytes;
    put(end, body);
    for (std::size_t at = 0; at < body.size(); at += codec::compress::kMaxBlock) {
      const ByteView rest = ByteView(body).subspan(at);
      TRY(blocks_.encode_aside(rest.first(std::min(rest.size(), codec::compress::kMaxBlock)), coded));
    }
    if (rules_ == codec::refer::Rules::Safe)
      blocks_.end_aside(coded.size() > messaging::kLarge ? messaging::kPaddingOfLarge : messaging::kPadding, coded);
    link.insert(link.end(), coded.begin(), coded.end());
    history_.add(uid, std::move(traits), std::min(mail.size(), codec::refer::kMostOfOne));
    mails_.emplace_back(mail.begin(), mail.end());
    return {};
  }
  std::size_t referring() const override { return referring_; }

 private:
  static void put(const sync::ItemMessage& message, Bytes& into) {
    codec::property::append_framed(sync::encode(message), into);
  }

  std::string authserv_id_;
  std::vector<std::string> own_;
  codec::refer::Rules rules_;
  History history_;
  codec::compress::Coding coding_;
  BlockEncoder blocks_;
  std::vector<Bytes> mails_;
  std::size_t referring_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_live(const Options& options, codec::refer::Rules rules,
                                   const codec::compress::Coding& coding) {
  return std::make_unique<LiveEncoder>(options, rules, coding);
}

Result<std::vector<Bytes>> decode_items(ByteView link) {
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
      if (const auto* references = std::get_if<sync::ItemReferences>(&message)) {
        Bytes prefix;
        for (const sync::ItemKey& key : references->items)
          codec::refer::append_reference(mails.at(key.uid.value - 1), prefix);
        blocks.expect(std::move(prefix));
      }
      if (const auto* block = std::get_if<sync::ItemBlock>(&message)) {
        mails.back().insert(mails.back().end(), block->octets.begin(), block->octets.end());
      }
    }
  }
}

}  // namespace perf::codec_bench
