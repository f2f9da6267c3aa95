// Sketches: of the chunks of each content that is held a sample, durable, to find what a new mail repeats. It stays
// here and is told to nobody. Internal to this folder.
#pragma once
#include <vector>

#include "proxy/client/replica/likeness.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {

struct Unsketched {
  std::int64_t id = 0;
  sync::ContentDigest digest{};
};
Result<std::vector<Unsketched>> next_unsketched(Work& work, std::size_t limit);
// Nothing where the content went meanwhile.
Result<> put_sketch(Work& work, const Unsketched& of, const Chunks& sample);

// Messages with a UID of the server that together hold most of `chunks`, the best one last.
Result<std::vector<sync::ItemKey>> find_alike(Work& work, const Chunks& chunks);

}  // namespace proxy::client::replica
