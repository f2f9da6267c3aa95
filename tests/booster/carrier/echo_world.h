// What the tunnel's tests share: who one is, a gateway's host that echoes every stream, a client's user that does
// nothing, and a stream whose echo is compared.
#pragma once
#include <random>

#include "booster/carrier/tunnel_client.h"
#include "booster/carrier/tunnel_server.h"
#include "booster/tls/tls_stream.h"
#include "tests/booster/carrier/write_and_finish.h"
#include "tests/booster/tls/identities.h"
#include "tests/support/coro_test.h"

namespace booster::carrier {

using tls::make_identity;

inline Task<Result<>> echo(std::unique_ptr<MuxStream> stream) {
  CO_TRY(co_await net::copy_until_end(*stream, *stream));
  co_return co_await stream->delivered();
}

// Octets that the client asked for, with nothing to say itself.
inline Task<Result<>> pour(std::unique_ptr<MuxStream> stream, std::size_t megabytes) {
  const Bytes block(std::size_t{1} << 20, std::byte{7});
  for (std::size_t i = 0; i < megabytes; ++i) CO_TRY(co_await stream->write(block));
  CO_TRY(co_await stream->finish());
  co_return co_await stream->delivered();
}

class EchoHost final : public SessionHost {
 public:
  explicit EchoHost(runtime::Loop& loop) : loop_(loop) {}
  Result<> admit(const Peer& peer) override {
    if (refuse) return fail(Errc::Denied, "this device was revoked");
    last_device = peer.device;
    if (on_admit) on_admit();
    return {};
  }
  Task<Result<>> serve_session(std::shared_ptr<ServerSession> session) override {
    const runtime::Surroundings here = co_await runtime::surroundings();
    ++sessions;
    if (hang_up) co_return fail(Errc::Closed, "going down");
    last = session.get();
    auto ignore = [](const std::string&, const Error&) {};
    runtime::TaskScope streams(loop_, *here.scope, ignore);
    for (;;) {
      Result<Incoming> incoming = co_await session->mux.accept();
      if (!incoming) break;
      if (incoming->metadata.empty()) {
        streams.spawn("echo", echo(std::move(incoming->stream)));
      } else {
        streams.spawn("pour", pour(std::move(incoming->stream), std::to_integer<std::size_t>(incoming->metadata[0])));
      }
    }
    streams.cancel();
    co_await streams.join();
    last = nullptr;
    co_return Result<>();
  }
  bool refuse = false;
  std::function<void()> on_admit;
  bool hang_up = false;
  int sessions = 0;
  ServerSession* last = nullptr;
  std::optional<crypto::Digest> last_device;

 private:
  runtime::Loop& loop_;
};

class Nobody final : public SessionUser {
 public:
  Task<Result<>> use_session(Mux& mux) override {
    ++sessions;
    const Result<> end = co_await mux.wait_closed();
    if (mux.closed()) last_end = mux.closed();
    co_return end;
  }
  int sessions = 0;
  std::optional<Error> last_end;
};

inline Task<Result<>> echo_compare(Mux& mux, std::uint64_t seed, std::size_t size, int& equal) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  std::mt19937_64 random(seed);
  Bytes sent(size);
  for (std::byte& b : sent) b = static_cast<std::byte>(random());
  CO_TRY_ASSIGN(const std::unique_ptr<MuxStream> stream, co_await mux.open(session::Class::Bodies, Bytes()));
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope writer(*here.loop, *here.scope, ignore);
  writer.spawn("write", write_and_finish(*stream, sent));
  Bytes got;
  Bytes buffer(9973);
  Result<> end;
  for (;;) {
    const Result<std::size_t> count = co_await stream->read(buffer);
    if (!count) {
      end = tl::unexpected(count.error());
      break;
    }
    if (*count == 0) break;
    got.insert(got.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
  }
  if (!end) writer.cancel();
  co_await writer.join();
  if (got == sent) ++equal;
  co_return end;
}

}  // namespace booster::carrier
