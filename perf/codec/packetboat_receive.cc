// What the client does with what comes down (proxy/client/receive.cc), and the gateway with what goes up
// (proxy/gateway/agent/upload.cc).
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/loop.h"
#include "codec/content/wrapper.h"
#include "codec/refer/prefix.h"
#include "perf/codec/packetboat.h"
#include "perf/codec/wire.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/messaging/repeats.h"
#include "proxy/sync/operation.h"

namespace perf::codec_bench {
namespace {

namespace messaging = proxy::messaging;
namespace sync = proxy::sync;
using booster::runtime::Task;
using codec::Errc;
using codec::fail;
using codec::refer::Extent;
using messaging::MessageStream;

class HeldSources final : public messaging::SourceOctets {
 public:
  HeldSources(const std::vector<Bytes>& mails, std::vector<sync::ItemKey> keys)
      : mails_(mails), keys_(std::move(keys)) {}

  Task<Result<Bytes>> octets(std::size_t source, std::uint64_t from, std::size_t count) override {
    if (source >= keys_.size()) co_return fail(Errc::Protocol, "repeats of a mail that was not named");
    const ByteView mail = mails_.at(number_of(keys_[source].uid));
    const ByteView rest = mail.subspan(std::min<std::size_t>(static_cast<std::size_t>(from), mail.size()));
    const ByteView wanted = rest.first(std::min(count, rest.size()));
    co_return Bytes(wanted.begin(), wanted.end());
  }

 private:
  const std::vector<Bytes>& mails_;
  std::vector<sync::ItemKey> keys_;
};

class Receiver {
 public:
  // Until the stream ends.
  Task<Result<>> receive(MessageStream& stream) {
    for (;;) {
      const Result<codec::property::Chain> chain = co_await stream.receive();
      if (!chain && chain.error().code == Errc::Closed) co_return Result<>();
      if (!chain) co_return tl::unexpected(chain.error());
      CO_TRY_ASSIGN(sync::ItemMessage message, sync::decode_item(*chain));
      CO_TRY(co_await take(stream, std::move(message)));
    }
  }
  Task<Result<>> receive_submission(MessageStream& stream) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
    CO_TRY_ASSIGN(sync::OperationMessage message, sync::decode_operation(chain));
    auto* const submission = std::get_if<sync::Submission>(&message);
    if (submission == nullptr) co_return fail(Errc::Protocol, "no submission");
    mails.push_back(std::move(submission->octets));
    co_return Result<>();
  }

  std::vector<Bytes> mails;

 private:
  Task<Result<>> take(MessageStream& stream, sync::ItemMessage message) {
    if (std::holds_alternative<sync::ItemStart>(message)) {
      mails.emplace_back();
      wrapper_ = {};
      filler_ = {};
      sources_.reset();
    } else if (auto* references = std::get_if<sync::ItemReferences>(&message)) {
      co_return refer(stream, std::move(*references));
    } else if (auto* block = std::get_if<sync::ItemBlock>(&message)) {
      if (sources_) CO_TRY(co_await filler_.fill(block->block, *sources_));
      CO_TRY_ASSIGN(const Bytes octets, wrapper_.wrap(block->block));
      mails.back().insert(mails.back().end(), octets.begin(), octets.end());
    } else if (const auto* end = std::get_if<sync::ItemEnd>(&message)) {
      if (sync::front_of(booster::crypto::sha256(mails.back()).bytes) != end->digest)
        co_return fail(Errc::Corrupt, "another digest");
    }
    co_return Result<>();
  }
  Result<> refer(MessageStream& stream, sync::ItemReferences references) {
    Bytes prefix;
    for (const sync::ItemKey& key : references.fronts)
      TRY(codec::refer::append_reference(mails.at(number_of(key.uid)), Extent::Front, prefix));
    for (const sync::ItemKey& key : references.whole)
      TRY(codec::refer::append_reference(mails.at(number_of(key.uid)), Extent::Whole, prefix));
    const auto digest = booster::crypto::sha256(prefix);
    if (!references.fronts.empty() || !references.whole.empty()) {
      if (!std::equal(references.check.begin(), references.check.end(), digest.bytes.begin()))
        return fail(Errc::Corrupt, "other references");
      stream.expect(std::move(prefix));
    }
    if (!references.sources.empty()) sources_.emplace(mails, std::move(references.sources));
    return {};
  }

  codec::content::Wrapper wrapper_;
  messaging::RepeatFiller filler_;
  std::optional<HeldSources> sources_;
};

// Each large one came on a stream of its own.
Result<std::vector<Bytes>> decode_up(const Crossed& crossed) {
  booster::runtime::Loop loop;
  Bytes answers;
  auto wire = std::make_unique<Wire>(answers);
  Wire& submissions_wire = *wire;
  MessageStream submissions(std::move(wire));
  Receiver receiver;
  std::size_t at = 0;
  for (std::size_t i = 0; i < crossed.sizes.size(); ++i) {
    const ByteView octets = ByteView(crossed.link).subspan(at, crossed.ends[i] - at);
    at = crossed.ends[i];
    if (crossed.sizes[i] <= sync::kInlineOctets) {
      submissions_wire.give(octets);
      TRY(loop.run(receiver.receive_submission(submissions)));
    } else {
      MessageStream stream(std::make_unique<Wire>(answers, octets));
      TRY(loop.run(receiver.receive(stream)));
    }
  }
  return std::move(receiver.mails);
}

}  // namespace

Result<std::vector<Bytes>> decode_items(const Crossed& crossed) {
  if (crossed.mode == Mode::Up) return decode_up(crossed);
  booster::runtime::Loop loop;
  Bytes answers;
  MessageStream stream(std::make_unique<Wire>(answers, crossed.link), {}, messaging::Mixing::Taken);
  Receiver receiver;
  TRY(loop.run(receiver.receive(stream)));
  return std::move(receiver.mails);
}

}  // namespace perf::codec_bench
