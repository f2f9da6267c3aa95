#include "proxy/client/together.h"

namespace proxy::client {

Task<Result<>> past_either(events::Signal& one, std::uint64_t one_seen, events::Signal& other,
                           std::uint64_t other_seen) {
  if (one.count() != one_seen || other.count() != other_seen) co_return Result<>();
  const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
  Together both(*here.loop, *here.scope);
  both.add("one signal", one.past(one_seen));
  both.add("other signal", other.past(other_seen));
  co_return co_await both.join();
}

}  // namespace proxy::client
