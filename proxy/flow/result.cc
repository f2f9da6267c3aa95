#include "proxy/flow/result.h"

namespace proxy::flow {

Bytes encode_flow_result(const Result<>& result) {
  Bytes bytes;
  codec::ByteWriter out(bytes);
  if (result) {
    out.u8(0);
    out.sized({});
    return bytes;
  }
  out.u8(static_cast<std::uint8_t>(1 + static_cast<int>(result.error().code)));
  out.sized(as_bytes(std::string_view(result.error().what).substr(0, kMaxReason)));
  return bytes;
}

booster::runtime::Task<Result<>> read_flow_result(booster::net::Stream& stream) {
  Bytes bytes;
  for (;;) {  // byte by byte: what follows the result belongs to the flow
    Bytes one(1);
    CO_TRY(co_await booster::net::read_exactly(stream, one));
    bytes.push_back(one[0]);
    codec::ByteReader in(bytes);
    const std::uint8_t code = *in.u8();
    const Result<ByteView> reason = in.sized(kMaxReason);
    if (!reason) {
      if (reason.error().code == Errc::Limit) co_return tl::unexpected(reason.error());
      continue;
    }
    if (code == 0) co_return Result<>();
    if (code > 1 + static_cast<int>(Errc::Unsupported))
      co_return fail(Errc::Protocol, "flow result " + std::to_string(code));
    co_return fail(static_cast<Errc>(code - 1), codec::to_string(*reason));
  }
}

}  // namespace proxy::flow
