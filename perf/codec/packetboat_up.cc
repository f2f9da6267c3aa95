// What the client does with what its user sends (proxy/client/submissions.cc, uploads.cc, upload_repeats.cc).
#include <algorithm>
#include <map>

#include "booster/crypto/digest.h"
#include "booster/runtime/loop.h"
#include "codec/refer/prefix.h"
#include "codec/repeat/code.h"
#include "perf/codec/packetboat.h"
#include "perf/codec/wire.h"
#include "proxy/client/replica/likeness.h"
#include "proxy/messaging/coding.h"
#include "proxy/sync/operation.h"

namespace perf::codec_bench {
namespace {

namespace messaging = proxy::messaging;
namespace replica = proxy::client::replica;
namespace sync = proxy::sync;
using booster::runtime::Task;
using codec::refer::Extent;
using messaging::MessageStream;

constexpr std::size_t kWholeMost = codec::refer::most_octets(Extent::Whole);

class UpEncoder final : public Encoder {
 public:
  UpEncoder() : submissions_(std::make_unique<Wire>(written_)) {}

  Result<> encode(ByteView mail, Bytes& link) override {
    mails_.push_back(mail);
    TRY(loop_.run(mail.size() > sync::kInlineOctets ? upload(mail) : submit(mail)));
    hold(mail);
    const Bytes written = std::exchange(written_, {});
    link.insert(link.end(), written.begin(), written.end());
    return {};
  }
  std::size_t referring() const override { return referring_; }

 private:
  std::size_t number() const { return mails_.size() - 1; }
  sync::Ticket ticket() const {
    sync::Ticket ticket{};
    const auto drawn = booster::crypto::sha256(codec::as_bytes(std::to_string(number())));
    std::copy_n(drawn.bytes.begin(), ticket.size(), ticket.begin());
    return ticket;
  }
  // Between two people, as most mail is.
  Task<Result<>> submit(ByteView mail) {
    sync::Submission submission;
    submission.ticket = ticket();
    submission.sender = "alice@mail.test";
    submission.recipients.emplace_back().address = "bob@mail.test";
    submission.size = mail.size();
    submission.digest = booster::crypto::sha256(mail).bytes;
    submission.octets.assign(mail.begin(), mail.end());
    const codec::property::Chain chain = sync::encode(sync::OperationMessage(std::move(submission)));
    co_return co_await submissions_.send(chain);
  }

  Task<Result<>> upload(ByteView mail) {
    MessageStream stream(std::make_unique<Wire>(written_));
    sync::ItemStart start;
    start.ticket = ticket();
    start.size = mail.size();
    const codec::property::Chain opening = sync::encode(sync::ItemMessage(std::move(start)));
    CO_TRY(co_await stream.send(opening));
    sync::ItemReferences references;
    Bytes prefix;
    codec::repeat::ItemRepeats repeats;
    if (mail.size() > kWholeMost) {
      repeats = repeats_of(mail, references.sources);
    } else {
      CO_TRY(prefix_of(mail, references.whole, prefix));
    }
    const bool refers = !prefix.empty() || !references.sources.empty();
    if (refers) {
      ++referring_;
      const messaging::MessageOptions coding = messaging::unmixed({mail.size(), prefix.size()});
      const auto digest = booster::crypto::sha256(prefix);
      std::copy_n(digest.bytes.begin(), references.check.size(), references.check.begin());
      std::vector<codec::property::Chain> heads;
      heads.push_back(sync::encode(sync::ItemMessage(std::move(references))));
      CO_TRY(co_await stream.begin_alone(coding, heads, std::move(prefix)));
    }
    CO_TRY(co_await send_blocks(stream, mail, repeats));
    if (refers) CO_TRY(co_await stream.end_alone());
    co_return co_await stream.finish();
  }

  static Task<Result<>> send_blocks(MessageStream& stream, ByteView mail, codec::repeat::ItemRepeats& repeats) {
    codec::content::Unwrapper unwrapper;
    for (std::size_t at = 0; at < mail.size();) {
      const ByteView piece = mail.subspan(at, codec::content::next_piece(mail.subspan(at)));
      const codec::property::Chain chain =
          sync::encode(sync::ItemMessage(sync::ItemBlock{at, repeats.block(at, piece, unwrapper)}));
      CO_TRY(co_await stream.send(chain));
      at += piece.size();
    }
    const codec::property::Chain chain =
        sync::encode(sync::ItemMessage(sync::ItemEnd{sync::front_of(booster::crypto::sha256(mail).bytes)}));
    co_return co_await stream.send(chain);
  }

  static replica::Chunks chunks_of(ByteView mail) {
    return mail.size() <= replica::kMostOpened
               ? replica::distinct_chunks(mail)
               : replica::distinct_chunks(codec::repeat::outline_of(mail, replica::kSketchKey));
  }
  void hold(ByteView mail) {
    if (mail.size() < replica::kLeastSketched) return;
    for (const codec::chunk::Chunk& chunk : replica::sample_of(chunks_of(mail)))
      sketches_[chunk.id].push_back(static_cast<std::int64_t>(number()));
  }
  // The best one last.
  std::vector<std::size_t> alike(ByteView mail) const {
    const replica::Chunks chunks = chunks_of(mail);
    replica::Holders holders;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const auto found = sketches_.find(chunks[i].id);
      if (found == sketches_.end()) continue;
      const auto newest = std::min<std::size_t>(found->second.size(), replica::kHolders);
      holders[i].assign(found->second.rbegin(), found->second.rbegin() + static_cast<std::ptrdiff_t>(newest));
    }
    std::vector<std::size_t> chosen;
    const auto take = [&chosen](std::int64_t content) -> Result<bool> {
      chosen.push_back(static_cast<std::size_t>(content));
      return true;
    };
    (void)replica::cover(std::move(holders), chunks, take);
    std::reverse(chosen.begin(), chosen.end());
    return chosen;
  }
  Result<> prefix_of(ByteView mail, std::vector<sync::ItemKey>& keys, Bytes& prefix) const {
    std::vector<std::size_t> chosen = alike(mail);
    std::size_t octets = 0;
    std::vector<Bytes> contents;
    for (auto one = chosen.rbegin(); one != chosen.rend(); ++one) {
      Bytes content;
      TRY(codec::refer::append_reference(mails_[*one], Extent::Whole, content));
      if (octets + content.size() > messaging::kWholeReferences) continue;
      octets += content.size();
      keys.push_back(key_of(*one));
      contents.push_back(std::move(content));
    }
    std::reverse(keys.begin(), keys.end());
    for (auto content = contents.rbegin(); content != contents.rend(); ++content)
      prefix.insert(prefix.end(), content->begin(), content->end());
    return {};
  }
  codec::repeat::ItemRepeats repeats_of(ByteView mail, std::vector<sync::ItemKey>& keys) const {
    codec::repeat::Outline outline = codec::repeat::outline_of(mail, 0);
    std::vector<codec::repeat::Match> matches;
    const std::vector<std::size_t> sources = alike(mail);
    std::vector<std::map<codec::chunk::ChunkId, std::uint64_t>> places(sources.size());
    for (std::size_t i = 0; i < sources.size(); ++i) {
      for (const codec::repeat::Place& place : codec::repeat::outline_of(mails_[sources[i]], 0).places)
        places[i].try_emplace(place.chunk.id, place.at);
    }
    for (std::size_t i = 0; i < outline.places.size(); ++i) {
      for (std::size_t source = 0; source < places.size(); ++source) {
        const auto found = places[source].find(outline.places[i].chunk.id);
        if (found != places[source].end()) matches.push_back({i, source, found->second});
      }
    }
    codec::repeat::ItemRepeats repeats(std::move(outline), matches);
    for (const codec::repeat::Source source : repeats.writer.sources())
      keys.push_back(key_of(sources[static_cast<std::size_t>(source)]));
    return repeats;
  }

  booster::runtime::Loop loop_;
  Bytes written_;
  MessageStream submissions_;
  std::vector<ByteView> mails_;  // whoever calls keeps them
  std::map<codec::chunk::ChunkId, std::vector<std::int64_t>> sketches_;
  std::size_t referring_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_up() {
  return std::make_unique<UpEncoder>();
}

}  // namespace perf::codec_bench
