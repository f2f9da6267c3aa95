#include "proxy/client/faces/wire.h"

#include <cstring>

#include "booster/tls/tls_stream.h"

namespace proxy::client::faces {
namespace {

using booster::runtime::CancelScope;
using booster::runtime::shielded;
using booster::runtime::sleep_for;
using booster::runtime::Surroundings;
using booster::runtime::surroundings;
using booster::runtime::TaskScope;
using booster::runtime::with_timeout;

Task<Result<>> cancel_on_change(Notify& changed, std::function<bool()> moved, CancelScope& reading) {
  if (!moved()) CO_TRY(co_await changed.wait());
  reading.cancel();
  co_return Result<>();
}

}  // namespace

Task<Result<Woken>> Wire::fill(Duration limit) {
  if (input_.empty()) {
    input_ = as_text(ByteView(buffer_).first(0));
  } else if (as_bytes(input_).data() != buffer_.data()) {
    std::memmove(buffer_.data(), input_.data(), input_.size());
    input_ = as_text(ByteView(buffer_).first(input_.size()));
  }
  const std::size_t held = input_.size();
  if (held == buffer_.size()) co_return fail(Errc::Limit, "input buffer");
  const auto into = std::span(buffer_).subspan(held);
  CO_TRY_ASSIGN(const std::size_t count, co_await with_timeout(limit, stream_->read(into)));
  input_ = as_text(ByteView(buffer_).first(held + count));
  co_return count > 0 ? Woken::Input : Woken::Ended;
}

Task<Result<Woken>> Wire::fill_or_change(Duration limit, Notify& changed, std::function<bool()> moved) {
  const Surroundings here = co_await surroundings();
  CancelScope reading(*here.scope);
  TaskScope watch(*here.loop, *here.scope);
  watch.spawn("change", cancel_on_change(changed, std::move(moved), reading));
  Result<Woken> got = co_await fill(limit).in(reading);
  watch.cancel();
  co_await watch.join();
  if (!got && got.error().code == Errc::Cancelled && !here.scope->cancelled()) co_return Woken::Changed;
  co_return got;
}

Task<Result<>> Wire::flush() {
  return flush_above(0);
}

Task<Result<>> Wire::flush_above(std::size_t octets) {
  if (out_.size() <= octets) co_return Result<>();
  const std::string pending = std::exchange(out_, {});
  for (std::string_view rest = pending; !rest.empty();) {
    const std::string_view piece = rest.substr(0, kFlushAt);
    rest.remove_prefix(piece.size());
    Result<> written = co_await with_timeout(kWriteStall, stream_->write(as_bytes(piece)));
    if (!written) {
      stream_->close();
      co_return std::move(written).context("write to the mail program");
    }
  }
  co_return Result<>();
}

Task<Result<>> Wire::start_tls(const booster::tls::Context& context) {
  CO_TRY(co_await flush());
  if (!input_.empty()) {
    stream_->close();
    co_return fail(Errc::Protocol, "data behind STARTTLS");
  }
  constexpr Duration kHandshake = std::chrono::seconds(30);
  auto handshake = booster::tls::TlsStream::accept(context, std::move(stream_));
  Result<std::unique_ptr<booster::tls::TlsStream>> tls = co_await with_timeout(kHandshake, std::move(handshake));
  if (!tls) {
    stream_ = nullptr;
    co_return tl::unexpected(std::move(tls).error());
  }
  stream_ = std::move(*tls);
  co_return Result<>();
}

Task<Result<>> keep_alive(Wire& wire, std::string line) {
  for (;;) {
    CO_TRY(co_await sleep_for(kProgressEvery));
    wire.out().append(line);
    CO_TRY(co_await shielded(2 * kWriteStall, wire.flush()));  // a cancelled write would close the stream
  }
}

}  // namespace proxy::client::faces
