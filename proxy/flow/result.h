// The first bytes that come back on a flow stream: whether the far connection stands.
//   Shape   code:u8 (0: connected, else 1 + Errc)  reason: varint length, text
#pragma once
#include "booster/net/stream.h"

namespace proxy::flow {

constexpr std::size_t kMaxReason = 512;

Bytes encode_flow_result(const Result<>& result);
// Reads it off the stream.   Errors  what the gateway said, or why nothing came
booster::runtime::Task<Result<>> read_flow_result(booster::net::Stream& stream);

}  // namespace proxy::flow
