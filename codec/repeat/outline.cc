#include "codec/repeat/outline.h"

#include <algorithm>

#include "codec/content/unwrapper.h"
#include "codec/mime/split_layout.h"

namespace codec::repeat {

std::optional<std::uint64_t> Outline::content_at(std::uint64_t written) const {
  const auto before = [](const Border& border, std::uint64_t at) { return border.written < at; };
  const auto found = std::lower_bound(borders.begin(), borders.end(), written, before);
  if (found == borders.end() || found->written != written) return std::nullopt;
  return found->content;
}

// Leaves less than `most_left` octets, or one chunk that may yet grow.
void Outliner::cut(std::size_t most_left) {
  std::size_t begin = 0;
  while (begin < pending_.size() && pending_.size() - begin >= most_left) {
    const ByteView rest = ByteView(pending_).subspan(begin);
    const std::size_t size = chunk::first_chunk(rest);
    outline_.places.push_back(
        {pending_at_, {chunk::chunk_id(rest.first(size), key_), static_cast<std::uint32_t>(size)}});
    pending_at_ += size;
    begin += size;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(begin));
}

// Where base64 begins and ends a chunk does: the file in it has the same chunks in every mail.
void Outliner::append(ByteView content, bool encoded) {
  if (encoded != encoded_) {
    cut(0);
    outline_.turns.push_back(outline_.places.size());
  }
  encoded_ = encoded;
  pending_.insert(pending_.end(), content.begin(), content.end());
  cut(chunk::kMostChunk);
}

void Outliner::take(ByteView piece) {
  outline_.borders.push_back(end_);
  const mime::SplitBlock split = splitter_.split(piece);
  ByteView rest = split.content;
  mime::LayoutReader layout(split.layout);
  while (!layout.empty()) {
    const auto stretch = layout.next();
    if (!stretch) break;  // ours; it cannot be
    const auto* const encoded = std::get_if<mime::Base64Stretch>(&*stretch);
    const std::size_t size = std::min(rest.size(), std::visit([](const auto& one) { return one.size; }, *stretch));
    append(rest.first(size), encoded != nullptr);
    rest = rest.subspan(size);
  }
  if (!rest.empty()) append(rest, false);
  end_.written += piece.size();
  end_.content += split.content.size();
}

Outline Outliner::finish() {
  cut(0);
  outline_.borders.push_back(end_);
  return std::move(outline_);
}

Outline outline_of(ByteView item, std::uint64_t key) {
  Outliner outliner(key);
  while (!item.empty()) {
    const ByteView piece = item.first(content::next_piece(item));
    outliner.take(piece);
    item = item.subspan(piece.size());
  }
  return outliner.finish();
}

}  // namespace codec::repeat
