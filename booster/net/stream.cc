#include "booster/net/stream.h"

#include "booster/net/copy_buffer.h"
#include "booster/runtime/scope.h"

namespace booster::net {

Task<Result<>> read_exactly(Stream& stream, std::span<std::byte> into) {
  while (!into.empty()) {
    CO_TRY_ASSIGN(const std::size_t count, co_await stream.read(into));
    if (count == 0) co_return fail(Errc::Closed, "peer finished early");
    into = into.subspan(count);
  }
  co_return Result<>();
}

Task<Result<std::uint64_t>> copy_until_end(Stream& from, Stream& to) {
  CopyBuffer buffer;
  std::uint64_t copied = 0;
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await from.read(buffer.room()));
    if (count == 0) break;
    CO_TRY(co_await to.write(buffer.first(count)));
    buffer.note(count);
    copied += count;
  }
  CO_TRY(co_await to.finish());
  co_return copied;
}

namespace {

struct SpliceState {
  Stream& one;
  Stream& other;
  Result<> first_failure{};
};

Task<Result<>> one_way(SpliceState& state, Stream& from, Stream& to) {
  const Result<std::uint64_t> copied = co_await copy_until_end(from, to);
  if (!copied) {
    if (state.first_failure) state.first_failure = tl::unexpected(copied.error());
    state.one.close();
    state.other.close();
  }
  co_return Result<>();
}

}  // namespace

Task<Result<>> splice(Stream& one, Stream& other) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  SpliceState state{one, other};
  runtime::TaskScope ways(*here.loop, *here.scope);
  ways.spawn("splice forth", one_way(state, one, other));
  ways.spawn("splice back", one_way(state, other, one));
  co_await ways.join();
  one.close();
  other.close();
  co_return state.first_failure;
}

}  // namespace booster::net
