// Ours, with the parts that the gateway and the client send and receive with.
#pragma once
#include <string>

#include "codec/refer/history.h"
#include "perf/codec/method.h"
#include "proxy/sync/items.h"

namespace perf::codec_bench {

enum class PackedFor : std::uint8_t { Usual, Slow, Lan };  // what kind of link: zstd, mix, LZ4

// As the gateway's agent: mail of INBOX, of which the client holds all that went to it before.
std::unique_ptr<Encoder> make_down(const Options& options, codec::refer::Rules rules, PackedFor packed);
// As the client, which holds all that it sent before, and so does the mail server.
std::unique_ptr<Encoder> make_up();
Result<std::vector<Bytes>> decode_items(const Crossed& crossed);

// The n-th mail.
inline proxy::sync::ItemKey key_of(std::size_t number) {
  return {"INBOX", {1}, {static_cast<std::uint32_t>(number + 1)}};
}
inline std::size_t number_of(proxy::sync::ServerUid uid) {
  return uid.value - 1;
}

}  // namespace perf::codec_bench
