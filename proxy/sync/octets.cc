#include "proxy/sync/octets.h"

#include "codec/mime/split_layout.h"
#include "codec/mime/splitter.h"
#include "proxy/sync/fields.h"

namespace proxy::sync {

void put_octets(codec::property::Chain& chain, ByteView octets) {
  if (octets.size() > codec::mime::kMaxSplitBlock) return fields::put(chain, id::kOctets, octets);
  codec::mime::Splitter splitter;
  const codec::mime::SplitBlock block = splitter.split(octets);
  fields::put(chain, id::kOctets, block.content);
  if (block.layout.empty()) return;
  chain.add(id::kLayout, ByteView(block.layout));
  chain.add(id::kWrittenSize, std::uint64_t{octets.size()});
}

Result<> get_octets(const codec::property::Chain& chain, std::size_t most, Bytes& into) {
  TRY_ASSIGN(const ByteView content, chain.get_or(id::kOctets, ByteView()));
  TRY_ASSIGN(const ByteView layout, chain.get_or(id::kLayout, ByteView()));
  TRY_ASSIGN(const std::uint64_t written, chain.get_or(id::kWrittenSize, std::uint64_t{content.size()}));
  if (written > most) return fail(Errc::Limit, std::to_string(written) + " octets in a message");
  if (layout.empty()) {
    into.assign(content.begin(), content.end());
    return {};
  }
  TRY_ASSIGN(into, codec::mime::join(layout, content, static_cast<std::size_t>(written)));
  return {};
}

}  // namespace proxy::sync
