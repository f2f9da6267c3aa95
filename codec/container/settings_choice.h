// Which settings an encoder had, by trying what they foretell.                               Source: RECIPE.md §4.3
#pragma once
#include "codec/container/inflater.h"
#include "codec/container/settings.h"

namespace codec::container {

// `history`: the text before the piece, up to a window of it. `now`: what to stay with while nothing foretells better.
Settings choose_settings(ByteView history, const Piece& piece, const Settings* now);

}  // namespace codec::container
