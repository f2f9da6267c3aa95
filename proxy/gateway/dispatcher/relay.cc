#include "proxy/gateway/dispatcher/relay.h"

#include "booster/net/copy_buffer.h"
#include "booster/runtime/scope.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;
using booster::carrier::MuxStream;

Task<Result<>> copy(MuxStream& from, MuxStream& to) {
  booster::net::CopyBuffer buffer;
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await from.read(buffer.room()));
    if (count == 0) break;
    CO_TRY(co_await to.write(buffer.first(count)));
    buffer.note(count);
  }
  co_return co_await to.finish();
}

struct Pair {
  MuxStream& one;
  MuxStream& other;
  std::shared_ptr<StreamEra> era;
  std::optional<Error> failure;
};

Task<Result<>> one_way(Pair& pair, MuxStream& from, MuxStream& to) {
  const Result<> copied = co_await copy(from, to);
  if (copied || pair.failure) co_return Result<>();
  pair.failure = copied.error().code == Errc::Cancelled ? pair.era->reason : copied.error();
  pair.one.abort(*pair.failure);
  pair.other.abort(*pair.failure);
  co_return Result<>();
}

}  // namespace

Task<Result<>> relay(MuxStream& one, MuxStream& other, std::shared_ptr<StreamEra> era) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  Pair pair{one, other, std::move(era), std::nullopt};
  runtime::TaskScope ways(*here.loop, *here.scope);
  ways.spawn("up", one_way(pair, one, other));
  ways.spawn("down", one_way(pair, other, one));
  co_await ways.join();
  if (pair.failure) co_return tl::unexpected(*pair.failure);
  co_return Result<>();
}

}  // namespace proxy::gateway::dispatcher
