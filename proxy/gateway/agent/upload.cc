#include "proxy/gateway/agent/upload.h"

#include "booster/runtime/offload.h"

namespace proxy::gateway::agent {

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
    (void)co_await answer(std::move(failed));
    (void)co_await stream_.finish();
    co_return taken;
  }
}

Task<Result<>> Upload::take(sync::ItemMessage message) {
  if (const auto* first = std::get_if<sync::ItemStart>(&message)) co_return co_await start(*first);
  if (!under_way_) co_return fail(Errc::Protocol, "upload: octets of nothing");
  if (const auto* more = std::get_if<sync::ItemBlock>(&message)) co_return co_await block(*more);
  if (const auto* last = std::get_if<sync::ItemEnd>(&message)) co_return co_await end(*last);
  co_return fail(Errc::Protocol, "upload: no message of an upload");
}

Task<Result<>> Upload::start(const sync::ItemStart& start) {
  under_way_ = start;
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
  sync::UploadFrom from{start.ticket, state.offset, state.running};
  co_return co_await answer(from);
}

Task<Result<>> Upload::block(const sync::ItemBlock& block) {
  const bool anew = block.offset == 0 && offset_ != 0;
  if (!anew && block.offset != offset_) co_return fail(Errc::Protocol, "upload: a block from elsewhere");
  if (block.offset + block.block.written > under_way_->size)
    co_return fail(Errc::Protocol, "upload: more octets than stated");
  if (whole_ && !anew) co_return fail(Errc::Protocol, "upload: more octets than stated");
  const auto wrap = [this, &block] { return wrapper_.wrap(block.block); };
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
    CO_TRY(co_await tickets_.run(std::move(job)));
  }
  const Ticket ticket = under_way_->ticket;
  under_way_.reset();
  sync::UploadStored stored{ticket};
  co_return co_await answer(stored);
}

}  // namespace proxy::gateway::agent
