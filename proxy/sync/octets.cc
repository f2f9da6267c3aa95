#include "proxy/sync/octets.h"

#include "codec/content/unwrapper.h"
#include "codec/content/wrapper.h"
#include "proxy/sync/fields.h"

namespace proxy::sync {

void put_block(codec::property::Chain& chain, const codec::content::Block& block) {
  fields::put(chain, id::kOctets, block.content);
  if (!block.layout.empty()) chain.add(id::kLayout, ByteView(block.layout));
  if (!block.recipe.empty()) chain.add(id::kRecipe, ByteView(block.recipe));
  if (block.written != block.content.size()) chain.add(id::kWrittenSize, block.written);
  if (!block.figures.empty()) chain.add(id::kFigures, ByteView(block.figures));
  if (!block.repeats.empty()) chain.add(id::kRepeats, ByteView(block.repeats));
}

Result<> get_block(const codec::property::Chain& chain, codec::content::Block& into) {
  const auto take = [&chain](const auto& property, Bytes& bytes) -> Result<> {
    TRY_ASSIGN(const ByteView found, chain.get_or(property, ByteView()));
    bytes.assign(found.begin(), found.end());
    return {};
  };
  TRY(take(id::kOctets, into.content));
  TRY(take(id::kLayout, into.layout));
  TRY(take(id::kRecipe, into.recipe));
  TRY(take(id::kFigures, into.figures));
  TRY(take(id::kRepeats, into.repeats));
  TRY_ASSIGN(into.written, chain.get_or(id::kWrittenSize, std::uint64_t{into.content.size()}));
  if (into.written > codec::content::kMaxWritten)
    return fail(Errc::Limit, std::to_string(into.written) + " octets in a block");
  return {};
}

void put_octets(codec::property::Chain& chain, ByteView octets) {
  if (octets.size() > codec::content::kMaxWritten) return fields::put(chain, id::kOctets, octets);
  put_block(chain, codec::content::Unwrapper().unwrap(octets));
}

Result<> get_octets(const codec::property::Chain& chain, std::size_t most, Bytes& into) {
  codec::content::Block block;
  TRY(get_block(chain, block));
  if (!block.repeats.empty()) return fail(Errc::Protocol, "repeats outside an item");
  if (block.written > most) return fail(Errc::Limit, std::to_string(block.written) + " octets in a message");
  TRY_ASSIGN(into, codec::content::Wrapper().wrap(block));
  return {};
}

}  // namespace proxy::sync
