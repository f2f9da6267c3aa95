#include "proxy/gateway/agent/upload.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/offload.h"
#include "booster/runtime/timer.h"

namespace proxy::gateway::agent {
namespace {

// A mail server that is away for longer is not waited for: the octets come without it.
constexpr auto kReferencesWait = std::chrono::seconds(20);
constexpr auto kSourcesWait = std::chrono::seconds(60);  // a few of them are large

}  // namespace

Task<Result<>> Upload::answer(sync::ItemMessage message) {
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await stream_.send(chain);
}

Task<Result<>> Upload::serve() {
  for (;;) {
    auto chain = co_await stream_.receive();
    if (!chain && chain.error().code == Errc::Closed) co_return Result<>();
    if (!chain) co_return tl::unexpected(chain.error());
    CO_TRY_ASSIGN(sync::ItemMessage message, sync::decode_item(*chain));
    auto taken = co_await take(std::move(message));
    if (taken) continue;
    if (taken.error().code == Errc::Cancelled || taken.error().code == Errc::Protocol) co_return taken;
    sync::ItemFailed failed;
    failed.text = codec::to_string(taken.error());
    failed.raw = std::exchange(wrong_, false);
    (void)co_await answer(std::move(failed));
    (void)co_await stream_.finish();
    co_return taken;
  }
}

Task<Result<>> Upload::take(sync::ItemMessage message) {
  if (const auto* first = std::get_if<sync::ItemStart>(&message)) co_return co_await start(*first);
  if (!under_way_) co_return fail(Errc::Protocol, "upload: octets of nothing");
  if (auto* references = std::get_if<sync::ItemReferences>(&message)) co_return co_await refer(std::move(*references));
  may_refer_ = false;
  if (passing_over_) {
    if (std::holds_alternative<sync::ItemEnd>(message)) co_return co_await begin_plainly();
    if (std::holds_alternative<sync::ItemBlock>(message)) co_return Result<>();
  }
  if (auto* more = std::get_if<sync::ItemBlock>(&message)) co_return co_await block(std::move(*more));
  if (const auto* last = std::get_if<sync::ItemEnd>(&message)) co_return co_await end(*last);
  co_return fail(Errc::Protocol, "upload: no message of an upload");
}

Task<Result<>> Upload::start(const sync::ItemStart& start) {
  under_way_ = start;
  passing_over_ = false;
  carried_ = {};
  wrapper_ = {};
  whole_.reset();
  std::optional<ContentDigest> whole;
  auto job = [&](TicketFile& file) -> Result<UploadState> {
    TRY_ASSIGN(const auto size, file.spool().find(start.ticket));
    if (!size || *size != start.size) return file.spool().begin_upload(start.ticket, start.size);
    TRY_ASSIGN(whole, file.spool().digest(start.ticket));
    return UploadState{*size, *whole};
  };
  CO_TRY_ASSIGN(const UploadState state, co_await tickets_.run(std::move(job)));
  whole_ = whole;
  offset_ = state.offset;
  end_referring();
  may_refer_ = true;
  from_ = sync::UploadFrom{start.ticket, state.offset, state.running};
  co_return co_await answer(from_);
}

// nullopt: one of them is not here now, or is not what the client takes it for.
Task<Result<std::optional<Bytes>>> Upload::prefix_of(sync::ItemReferences references) {
  using codec::refer::Extent;
  Bytes prefix;
  for (sync::ItemKey& key : references.fronts) {
    CO_TRY_ASSIGN(const bool there, co_await agent_.append_reference(std::move(key), Extent::Front, prefix));
    if (!there) co_return std::optional<Bytes>();
  }
  for (sync::ItemKey& key : references.whole) {
    CO_TRY_ASSIGN(const bool there, co_await agent_.append_reference(std::move(key), Extent::Whole, prefix));
    if (!there) co_return std::optional<Bytes>();
  }
  const auto check = [&prefix] { return booster::crypto::sha256(prefix); };
  const booster::crypto::Digest digest = co_await runtime::offload(check);
  const bool same = std::equal(references.check.begin(), references.check.end(), digest.bytes.begin());
  if (!same) co_return std::optional<Bytes>();
  co_return std::optional<Bytes>(std::move(prefix));
}

// Only before anything of the item came: what has begun goes on as it was.
Task<Result<>> Upload::refer(sync::ItemReferences references) {
  if (!std::exchange(may_refer_, false)) co_return fail(Errc::Protocol, "upload: references behind the beginning");
  if (references.sources.size() > codec::repeat::kMostSources) co_return fail(Errc::Limit, "upload: sources");
  Result<std::optional<Bytes>> prefix;
  Result<UploadSources> sources = UploadSources();
  const std::size_t mails = references.fronts.size() + references.whole.size() + references.sources.size();
  if (referring_ < kReferringUploads) {
    ++referring_;
    refers_ = true;
    std::vector<sync::ItemKey> keys = std::move(references.sources);
    prefix = co_await runtime::with_timeout(kReferencesWait, prefix_of(std::move(references)));
    if (prefix && *prefix)
      sources = co_await runtime::with_timeout(kSourcesWait, UploadSources::fetch(agent_, std::move(keys)));
  }
  if (!prefix && prefix.error().code == Errc::Cancelled) co_return tl::unexpected(prefix.error());
  if (!sources && sources.error().code == Errc::Cancelled) co_return tl::unexpected(sources.error());
  if (prefix && *prefix && sources) {
    if (sources->size() > 0) repeated_.emplace(Repeated{*std::move(sources), {}});
    carried_.referring = 1;
    carried_.references = mails;
    carried_.referred = (*prefix)->size();
    stream_.expect(std::move(**prefix));
    co_return Result<>();
  }
  end_referring();
  stream_.pass_over();
  co_return co_await answer(from_);
}

// What the block repeats, from the mail server. false: that is another there than the client takes it for.
Task<Result<bool>> Upload::fill(sync::ItemBlock& block) {
  if (block.block.repeats.empty()) co_return true;
  if (!repeated_) co_return fail(Errc::Protocol, "upload: repeats of nothing");
  const Result<> filled = co_await repeated_->filler.fill(block.block, repeated_->sources);
  if (!filled && filled.error().code != Errc::NotFound) co_return tl::unexpected(filled.error());
  co_return filled.has_value();
}

// From where it stands: the sender has said all of it.
Task<Result<>> Upload::begin_plainly() {
  passing_over_ = false;
  wrapper_ = {};
  auto job = [&](TicketFile& file) { return file.spool().begin_upload(under_way_->ticket, under_way_->size); };
  CO_TRY_ASSIGN(const UploadState state, co_await tickets_.run(std::move(job)));
  offset_ = state.offset;
  from_ = sync::UploadFrom{under_way_->ticket, state.offset, state.running};
  co_return co_await answer(from_);
}

Task<Result<>> Upload::block(sync::ItemBlock block) {
  const bool anew = block.offset == 0 && offset_ != 0;
  if (!anew && block.offset != offset_) co_return fail(Errc::Protocol, "upload: a block from elsewhere");
  if (block.offset + block.block.written > under_way_->size)
    co_return fail(Errc::Protocol, "upload: more octets than stated");
  if (whole_ && !anew) co_return fail(Errc::Protocol, "upload: more octets than stated");
  const auto wrap = [this, &block] {
    return runtime::timed(stream_.cpu_clock(), carried_.cpu, [&] { return wrapper_.wrap(block.block); });
  };
  carried_.count(block.block);
  CO_TRY_ASSIGN(const bool filled, co_await fill(block));
  if (!filled) {
    passing_over_ = true;
    end_referring();
    co_return Result<>();
  }
  CO_TRY_ASSIGN(const Bytes octets, co_await runtime::offload(wrap));
  const bool begin = whole_.has_value();
  auto job = [&](TicketFile& file) -> Result<> {
    if (begin) TRY(file.spool().begin_upload(under_way_->ticket, under_way_->size));
    if (anew) TRY(file.spool().restart_upload(under_way_->ticket));
    return file.spool().append_upload(under_way_->ticket, block.offset, octets);
  };
  CO_TRY(co_await tickets_.run(std::move(job)));
  whole_.reset();
  offset_ = block.offset + octets.size();
  co_return Result<>();
}

Task<Result<>> Upload::end(const sync::ItemEnd& end) {
  if (offset_ != under_way_->size) co_return fail(Errc::Protocol, "upload: fewer octets than stated");
  if (whole_ && sync::front_of(*whole_) != end.digest)
    co_return fail(Errc::Conflict, "upload: other octets are here under this ticket");
  if (!whole_) {
    auto job = [&](TicketFile& file) { return file.spool().end_upload(under_way_->ticket, end.digest); };
    const Result<> ended = co_await tickets_.run(std::move(job));
    wrong_ = !ended && ended.error().code == Errc::Conflict;
    carried_.fell_back = wrong_ ? 1 : 0;
    if (wrong_) count();
    CO_TRY(ended);
  }
  const Ticket ticket = under_way_->ticket;
  under_way_.reset();
  end_referring();
  carried_.items = 1;
  count();
  sync::UploadStored stored{ticket};
  co_return co_await answer(stored);
}

void Upload::count() {
  const messaging::Cost now = stream_.cost_received();
  carried_.charge(now - counted_);
  counted_ = now;
  agent_.came_up(std::exchange(carried_, {}));
}

}  // namespace proxy::gateway::agent
