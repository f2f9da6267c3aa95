// What the gateway's agent does for one device (proxy/gateway/agent/item_feed.cc, item_alone.cc, item_repeats.cc).
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "booster/crypto/digest.h"
#include "booster/runtime/loop.h"
#include "codec/refer/prefix.h"
#include "codec/repeat/code.h"
#include "perf/codec/packetboat.h"
#include "perf/codec/wire.h"
#include "proxy/gateway/chunks/chunk_file.h"
#include "proxy/gateway/chunks/lately.h"
#include "proxy/messaging/coding.h"

namespace perf::codec_bench {
namespace {

namespace chunks = proxy::gateway::chunks;
namespace messaging = proxy::messaging;
namespace sync = proxy::sync;
using booster::runtime::Task;
using codec::refer::Extent;
using codec::refer::History;
using codec::refer::Rules;
using codec::refer::Traits;

constexpr std::uint64_t kBetween = 900;  // seconds from one mail to the next: a mailbox of a hundred mails a day
constexpr std::size_t kLargestReferred = codec::refer::most_octets(Extent::Whole);
constexpr messaging::BitsPerSecond kSlowLink{500'000};  // slow enough for all that the coder can
constexpr messaging::BitsPerSecond kLanLink{1'000'000'000};

// The index, which ends with it.
class IndexFile {
 public:
  IndexFile() : path_(std::filesystem::temp_directory_path() / ("codec_bench." + std::to_string(getpid()))) {
    remove();
    if (auto opened = chunks::ChunkFile::open(path_)) file_.emplace(*std::move(opened));
  }
  IndexFile(const IndexFile&) = delete;
  IndexFile& operator=(const IndexFile&) = delete;
  ~IndexFile() {
    file_.reset();
    remove();
  }
  chunks::ChunkFile* get() { return file_ ? &*file_ : nullptr; }

 private:
  void remove() const {
    for (const char* const part : {"", "-wal", "-shm", ".lock", "-lock"})
      std::filesystem::remove(path_.string() + part);
  }
  std::filesystem::path path_;
  std::optional<chunks::ChunkFile> file_;
};

class DownEncoder final : public Encoder {
 public:
  DownEncoder(const Options& options, Rules rules, PackedFor packed)
      : options_(options),
        rules_(rules),
        packed_(packed),
        history_(rules),
        permits_(packed == PackedFor::Slow ? 2 : 0),
        stream_(std::make_unique<Wire>(written_)) {
    if (packed == PackedFor::Slow || options.mode == Mode::Live) link_ = kSlowLink;
    if (packed == PackedFor::Lan) link_ = kLanLink;
    stream_.charge_mixing_to(&permits_);
  }

  Result<> encode(ByteView mail, Bytes& link) override {
    if (index_.get() == nullptr) return codec::fail(codec::Errc::Io, "no room for an index");
    mails_.push_back(mail);
    TRY(loop_.run(options_.mode == Mode::Live ? send_alone(mail) : send_history(mail)));
    return deliver(link);
  }
  Result<> finish(Bytes& link) override {
    TRY(loop_.run(stream_.flush()));
    return deliver(link);
  }
  std::size_t referring() const override { return referring_; }

 private:
  struct Repeats {
    codec::repeat::ItemRepeats of;
    std::vector<sync::ItemKey> sources;
  };

  std::uint64_t number() const { return mails_.size() - 1; }
  bool is_looked_at(ByteView mail) const {
    return mail.size() >= codec::repeat::kLeastItem && mail.size() <= codec::repeat::kMostItem;
  }
  Traits traits_of(ByteView mail, codec::refer::Content content) {
    const std::uint64_t key = index_.get()->key();
    Traits traits = codec::refer::traits_of(mail, {options_.authserv_id, key, content}, codec::refer::Author::Anybody);
    traits.by_user = std::find(options_.own.begin(), options_.own.end(), traits.sender) != options_.own.end();
    return codec::refer::sealed(std::move(traits), key);
  }
  sync::ItemMessage start_of(ByteView mail) {
    sync::ItemStart start;
    if (number() == 0) {
      start.mailbox = key_of(0).mailbox;
      start.uid_validity = key_of(0).uid_validity;
    }
    start.uid = key_of(number()).uid;
    start.size = mail.size();
    return start;
  }
  static sync::ItemKey place(sync::ItemKey key) { return {{}, {}, key.uid}; }

  Result<Repeats> repeats_of(ByteView mail, const Traits* live) {
    Repeats repeats;
    if (!is_looked_at(mail)) return repeats;
    repeats.of.outline = codec::repeat::outline_of(mail, index_.get()->key());
    TRY_ASSIGN(chunks::Found found, index_.get()->find(*repeats.of.outline));
    const auto is_permitted = [&](const chunks::Holder& holder) {
      return live == nullptr || history_.may_refer(*live, holder.traits);
    };
    std::erase_if(found.holders, [&](const auto& holder) { return !is_permitted(holder.second); });
    std::erase_if(found.matches, [&](const auto& match) { return !found.holders.contains(match.source); });
    const auto is_seen = [&](codec::repeat::Source source) {
      const sync::ItemKey& key = found.holders.at(source).key;
      return live != nullptr ? mails_[number_of(key.uid)].size() <= kLargestReferred
                             : lately_.sees(key, stream_.raw_sent(), stream_.coding());
    };
    repeats.of = codec::repeat::ItemRepeats(*std::move(repeats.of.outline), found.matches, is_seen);
    for (const codec::repeat::Source source : repeats.of.writer.sources())
      repeats.sources.push_back(place(found.holders.at(source).key));
    return repeats;
  }
  Result<> gone_out(ByteView mail, const Repeats& repeats, std::optional<Traits> traits) {
    if (!repeats.of.outline) return {};
    if (!traits) traits = traits_of(mail, codec::refer::Content::Left);
    if (options_.mode == Mode::Bulk) lately_.went(key_of(number()), stream_.raw_sent(), stream_.coding());
    return index_.get()->add(key_of(number()), *repeats.of.outline, *traits);
  }

  Task<Result<>> send_blocks(ByteView mail, Repeats& repeats) {
    codec::content::Unwrapper unwrapper(messaging::containers(link_));
    for (std::size_t at = 0; at < mail.size();) {
      const ByteView piece = mail.subspan(at, codec::content::next_piece(mail.subspan(at)));
      const codec::property::Chain chain =
          sync::encode(sync::ItemMessage(sync::ItemBlock{at, repeats.of.block(at, piece, unwrapper)}));
      CO_TRY(co_await stream_.batch(chain));
      at += piece.size();
    }
    const codec::property::Chain chain =
        sync::encode(sync::ItemMessage(sync::ItemEnd{sync::front_of(booster::crypto::sha256(mail).bytes)}));
    co_return co_await stream_.batch(chain);
  }

  Task<Result<>> send_history(ByteView mail) {
    const messaging::MessageOptions coding = coding_.choose(messaging::Load::Bulk, link_);
    CO_TRY(co_await stream_.use(coding));
    CO_TRY_ASSIGN(Repeats repeats, repeats_of(mail, nullptr));
    const codec::property::Chain start = sync::encode(start_of(mail));
    CO_TRY(co_await stream_.batch(start));
    if (!repeats.sources.empty()) {
      ++referring_;
      sync::ItemReferences references;
      references.sources = repeats.sources;
      const codec::property::Chain head = sync::encode(sync::ItemMessage(std::move(references)));
      CO_TRY(co_await stream_.batch(head));
    }
    CO_TRY(co_await send_blocks(mail, repeats));
    co_return gone_out(mail, repeats, std::nullopt);
  }

  Task<Result<>> send_alone(ByteView mail) {
    const Traits traits = traits_of(mail, codec::refer::Content::Looked);
    CO_TRY_ASSIGN(Repeats repeats, repeats_of(mail, &traits));
    Traits rest = traits;
    if (repeats.of.octets >= traits.content_size / 2) rest.chunks.clear();
    History::Choice chosen = history_.choose(rest, messaging::kRoom, number() * kBetween, !repeats.sources.empty());
    std::sort(chosen.fronts.begin(), chosen.fronts.end());  // as held_mails.cc has them
    if (chosen.braked) {
      repeats.of.forget();
      repeats.sources.clear();
    }
    sync::ItemReferences references;
    Bytes prefix;
    CO_TRY(append(chosen.fronts, Extent::Front, references.fronts, prefix));
    CO_TRY(append(chosen.whole, Extent::Whole, references.whole, prefix));
    references.sources = repeats.sources;
    const auto digest = booster::crypto::sha256(prefix);
    std::copy_n(digest.bytes.begin(), references.check.size(), references.check.begin());
    std::vector<codec::property::Chain> heads;
    heads.push_back(sync::encode(start_of(mail)));
    const bool refers = !prefix.empty() || !references.sources.empty();
    if (refers) heads.push_back(sync::encode(sync::ItemMessage(std::move(references))));
    referring_ += refers ? 1 : 0;
    const messaging::MessageOptions coding = alone_.choose({traits.content_size, prefix.size()}, link_);
    CO_TRY(co_await stream_.begin_alone(coding, heads, std::move(prefix)));
    CO_TRY(co_await send_blocks(mail, repeats));
    CO_TRY(co_await stream_.end_alone());
    if (mail.size() <= kLargestReferred) history_.add(number(), traits, mail.size());
    co_return gone_out(mail, repeats, traits);
  }

  Result<> append(const std::vector<History::Id>& ids, Extent extent, std::vector<sync::ItemKey>& keys, Bytes& prefix) {
    for (const History::Id id : ids) {
      TRY(codec::refer::append_reference(mails_[id], extent, prefix));
      keys.push_back(place(key_of(id)));
    }
    return {};
  }

  // Without rules nothing is padded either.
  Result<> deliver(Bytes& link) {
    const Bytes written = std::exchange(written_, {});
    codec::ByteReader in(written);
    while (!in.empty()) {
      const std::size_t begin = in.position();
      TRY_ASSIGN(const auto head, codec::compress::decode_block_head(in));
      if (!head) return codec::fail(codec::Errc::Io, "half a block");
      TRY(in.take(head->coded_size));
      if (rules_ == Rules::None && head->encoding == codec::compress::Encoding::Padding) continue;
      const ByteView block = ByteView(written).subspan(begin, in.position() - begin);
      link.insert(link.end(), block.begin(), block.end());
    }
    return {};
  }

  Options options_;
  Rules rules_;
  PackedFor packed_;
  History history_;
  IndexFile index_;
  chunks::Lately lately_;
  messaging::MixingPermits permits_;
  messaging::CodingChoice coding_{&permits_};
  messaging::CodingChoice alone_{&permits_};
  std::optional<messaging::BitsPerSecond> link_;
  booster::runtime::Loop loop_;
  Bytes written_;
  messaging::MessageStream stream_;
  std::vector<ByteView> mails_;  // whoever calls keeps them
  std::size_t referring_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_down(const Options& options, Rules rules, PackedFor packed) {
  return std::make_unique<DownEncoder>(options, rules, packed);
}

}  // namespace perf::codec_bench
