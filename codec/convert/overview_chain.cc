#include "codec/convert/overview_chain.h"

#include "codec/convert/item_properties.h"
#include "codec/convert/pack.h"

namespace codec::convert {

property::Chain encode_overview(const Overview& overview) {
  property::Chain chain;
  chain.add(kEnvelope, pack(overview.envelope));
  chain.add(kStructure, pack(overview.structure));
  chain.add(kPreview, overview.preview);
  chain.add(kHasAttachment, overview.has_attachment ? 1 : 0);
  chain.add(kSize, overview.size);
  chain.add(kHeaderSize, overview.header_size);
  chain.add(kMatchKey, overview.match_key);
  return chain;
}

Result<Overview> decode_overview(const property::Chain& chain) {
  Overview out;
  TRY_ASSIGN(const ByteView envelope, chain.require(kEnvelope));
  TRY_ASSIGN(out.envelope, unpack_envelope(envelope));
  TRY_ASSIGN(const ByteView structure, chain.require(kStructure));
  TRY_ASSIGN(out.structure, unpack_structure(structure));
  TRY_ASSIGN(const std::string_view preview, chain.require(kPreview));
  out.preview = preview;
  TRY_ASSIGN(const std::uint64_t has_attachment, chain.require(kHasAttachment));
  out.has_attachment = has_attachment != 0;
  TRY_ASSIGN(out.size, chain.require(kSize));
  TRY_ASSIGN(out.header_size, chain.require(kHeaderSize));
  TRY_ASSIGN(out.match_key, chain.require(kMatchKey));
  return out;
}

}  // namespace codec::convert
