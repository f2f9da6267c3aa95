#include "perf/codec/packetboat_live.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "codec/content/unwrapper.h"
#include "codec/content/wrapper.h"
#include "codec/property/frame.h"
#include "codec/refer/prefix.h"
#include "proxy/messaging/coding.h"
#include "proxy/sync/items.h"

namespace perf::codec_bench {
namespace {

using codec::compress::BlockEncoder;
using codec::refer::Extent;
using codec::refer::History;
namespace messaging = proxy::messaging;
namespace sync = proxy::sync;

constexpr std::uint64_t kBetween = 900;  // seconds from one mail to the next: a mailbox of a hundred mails a day

class LiveEncoder final : public Encoder {
 public:
  LiveEncoder(const Options& options, codec::refer::Rules rules, PackedFor packed)
      : authserv_id_(options.authserv_id),
        own_(options.own),
        rules_(rules),
        history_(rules),
        permits_(packed == PackedFor::Slow ? 1 : 0) {
    if (packed == PackedFor::Lan) link_ = {1'000'000'000};
  }

  Result<> encode(ByteView mail, Bytes& link) override {
    const std::uint32_t uid = static_cast<std::uint32_t>(mails_.size()) + 1;
    codec::refer::Traits traits = codec::refer::traits_of(mail, {authserv_id_, 1}, codec::refer::Author::Anybody);
    traits.by_user = std::find(own_.begin(), own_.end(), traits.sender) != own_.end();
    History::Choice chosen = history_.choose(traits, choice_.room(link_), uid * kBetween);
    std::sort(chosen.fronts.begin(), chosen.fronts.end());  // as held_mails.cc has them
    Bytes coded;
    Bytes head;
    put(sync::ItemStart{.mailbox = {}, .uid_validity = {}, .uid = {uid}, .ticket = {}, .size = mail.size()}, head);
    Bytes references;
    if (!chosen.empty()) {
      ++referring_;
      sync::ItemReferences message;
      append(chosen.fronts, Extent::Front, message.fronts, references);
      append(chosen.whole, Extent::Whole, message.whole, references);
      const auto digest = booster::crypto::sha256(references);
      std::copy_n(digest.bytes.begin(), message.check.size(), message.check.begin());
      put(message, head);
    }
    TRY(BlockEncoder::store(head, coded));
    const auto coding = choice_.choose(messaging::Alone{traits.content_size, references.size()}, link_);
    blocks_.begin_aside(coding, std::move(references));
    Bytes body;
    codec::content::Unwrapper unwrapper;
    for (std::size_t at = 0; at < mail.size();) {
      const std::size_t size = codec::content::next_piece(mail.subspan(at));
      put(sync::ItemBlock{at, unwrapper.unwrap(mail.subspan(at, size))}, body);
      at += size;
    }
    sync::ItemEnd end;
    end.digest = sync::front_of(booster::crypto::sha256(mail).bytes);
    put(end, body);
    for (std::size_t at = 0; at < body.size(); at += codec::compress::kMaxBlock) {
      const ByteView rest = ByteView(body).subspan(at);
      TRY(blocks_.encode_aside(rest.first(std::min(rest.size(), codec::compress::kMaxBlock)), coded));
    }
    if (rules_ == codec::refer::Rules::Safe)
      blocks_.end_aside(coded.size() > messaging::kLarge ? messaging::kPaddingOfLarge : messaging::kPadding, coded);
    link.insert(link.end(), coded.begin(), coded.end());
    history_.add(uid, std::move(traits), mail.size());
    mails_.emplace_back(mail.begin(), mail.end());
    return {};
  }
  std::size_t referring() const override { return referring_; }

 private:
  void append(const std::vector<History::Id>& ids, Extent extent, std::vector<sync::ItemKey>& keys, Bytes& references) {
    for (const History::Id id : ids) {
      if (!codec::refer::append_reference(mails_[id - 1], extent, references)) continue;
      keys.push_back({{}, {}, {static_cast<std::uint32_t>(id)}});
    }
  }
  static void put(const sync::ItemMessage& message, Bytes& into) {
    codec::property::append_framed(sync::encode(message), into);
  }

  std::string authserv_id_;
  std::vector<std::string> own_;
  codec::refer::Rules rules_;
  History history_;
  messaging::MixingPermits permits_;
  messaging::CodingChoice choice_{&permits_};
  messaging::BitsPerSecond link_{500'000};  // slow enough for all that the coder can
  BlockEncoder blocks_;
  std::vector<Bytes> mails_;
  std::size_t referring_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_live(const Options& options, codec::refer::Rules rules, PackedFor packed) {
  return std::make_unique<LiveEncoder>(options, rules, packed);
}

Result<std::vector<Bytes>> decode_items(ByteView link) {
  codec::compress::BlockDecoder blocks;
  codec::property::FrameReader frames{codec::property::Limits{}};
  std::vector<Bytes> mails;
  codec::content::Wrapper wrapper;
  for (;;) {
    Bytes raw;
    TRY_ASSIGN(const auto more, blocks.next(link, raw));
    if (!more) return mails;
    ByteView in(raw);
    for (;;) {
      TRY_ASSIGN(const auto chain, frames.next(in));
      if (!chain) break;
      TRY_ASSIGN(const sync::ItemMessage message, sync::decode_item(*chain));
      if (std::holds_alternative<sync::ItemStart>(message)) {
        mails.emplace_back();
        wrapper = {};
      }
      if (const auto* references = std::get_if<sync::ItemReferences>(&message)) {
        Bytes prefix;
        for (const auto& key : references->fronts)
          TRY(codec::refer::append_reference(mails.at(key.uid.value - 1), Extent::Front, prefix));
        for (const auto& key : references->whole)
          TRY(codec::refer::append_reference(mails.at(key.uid.value - 1), Extent::Whole, prefix));
        blocks.expect(std::move(prefix));
      }
      if (const auto* block = std::get_if<sync::ItemBlock>(&message)) {
        TRY_ASSIGN(const Bytes octets, wrapper.wrap(block->block));
        mails.back().insert(mails.back().end(), octets.begin(), octets.end());
      }
    }
  }
}

}  // namespace perf::codec_bench
