#include "codec/container/closer.h"

#include <algorithm>
#include <array>

#include "codec/container/limits.h"
#include "codec/container/recipe.h"
#include "codec/container/stream_closer.h"

namespace codec::container {

LevelCloser::LevelCloser() = default;
LevelCloser::~LevelCloser() = default;
LevelCloser::LevelCloser(LevelCloser&&) noexcept = default;
LevelCloser& LevelCloser::operator=(LevelCloser&&) noexcept = default;

Result<Bytes> LevelCloser::close(ByteView recipe, ByteView content, std::size_t most) {
  std::unique_ptr<StreamCloser> open = std::move(stream_);  // only the first stretch may go on with it
  if (recipe.empty()) return Bytes(content.begin(), content.end());
  Bytes octets;
  octets.reserve(most);
  std::size_t begins_left = std::min(most / kMinStream + 1, kMaxStreams);  // each costs its tables
  for (ByteReader in(recipe); !in.empty();) {
    TRY_ASSIGN(const AnyRun run, read_run(in));
    const auto* stream = std::get_if<StreamRun>(&run);
    const std::size_t size = stream != nullptr ? stream->size : std::get<LiteralRun>(run).size;
    if (size > content.size()) return fail(Errc::Protocol, "recipe: more than the content");
    const ByteView text = content.first(size);
    content = content.subspan(size);
    if (stream == nullptr) {
      open.reset();
      if (octets.size() + size > most) return fail(Errc::Protocol, "recipe: more octets than wanted");
      octets.insert(octets.end(), text.begin(), text.end());
      continue;
    }
    if (stream->begins) {
      if (begins_left-- == 0) return fail(Errc::Protocol, "recipe: too many streams");
      if (!stream->settings) return fail(Errc::Protocol, "recipe: a stream without settings");
      open = std::make_unique<StreamCloser>(*stream->settings);
    }
    if (open == nullptr) return fail(Errc::Protocol, "recipe: no stream to go on with");
    TRY(open->close(*stream, text, octets, most - octets.size()));
    if (stream->end != StreamEnd::GoesOn) {
      open.reset();
    } else if (!in.empty()) {
      return fail(Errc::Protocol, "recipe: a stream that goes on before the end");
    }
  }
  if (!content.empty()) return fail(Errc::Protocol, "recipe: less than the content");
  stream_ = std::move(open);
  return octets;
}

Closer::Closer() {
  levels_.resize(kMaxLevels);
}

// recipe = nothing | { recipe of a level:sized } …, outermost first                                            §2
Result<Bytes> Closer::close(ByteView recipe, ByteView content, std::size_t size) {
  if (size > kMaxClosedBlock || content.size() > kMaxOpenedBlock)
    return fail(Errc::Protocol, "recipe: block too large");
  std::array<ByteView, kMaxLevels> recipes{};
  ByteReader in(recipe);
  for (std::size_t level = 0; !in.empty(); ++level) {
    if (level == kMaxLevels) return fail(Errc::Protocol, "recipe: too many levels");
    TRY_ASSIGN(recipes[level], in.sized(recipe.size()));
  }
  Bytes octets(content.begin(), content.end());
  for (std::size_t level = kMaxLevels; level-- > 0;) {
    TRY_ASSIGN(octets, levels_[level].close(recipes[level], octets, level == 0 ? size : kMaxOpenedBlock));
  }
  if (octets.size() != size) return fail(Errc::Protocol, "recipe: another size than wanted");
  return octets;
}

}  // namespace codec::container
