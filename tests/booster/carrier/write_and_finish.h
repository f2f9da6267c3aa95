// One end's whole part in a stream.
#pragma once
#include "booster/net/stream.h"

namespace booster::carrier {

inline runtime::Task<Result<>> write_and_finish(net::Stream& stream, const Bytes& bytes) {
  CO_TRY(co_await stream.write(bytes));
  co_return co_await stream.finish();
}

}  // namespace booster::carrier
