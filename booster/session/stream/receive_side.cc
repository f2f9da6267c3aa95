#include "booster/session/stream/receive_side.h"

#include <algorithm>
#include <iterator>

namespace booster::stream {

Result<> ReceiveSide::check_end(std::uint64_t end, bool fin) {
  if (final_ && (end > *final_ || (fin && end != *final_))) return fail(Errc::Protocol, "stream goes on after its end");
  if (fin && end < highest_) return fail(Errc::Protocol, "stream ends before what was sent");
  return {};
}

Result<> ReceiveSide::accept(std::uint64_t offset, ByteView data, bool fin) {
  const std::uint64_t end = offset + data.size();
  TRY(check_end(end, fin));
  if (fin) final_ = end;
  highest_ = std::max(highest_, end);
  if (reset_ || end <= ready_.end()) return {};
  if (offset > ready_.end()) {
    keep(offset, data);
    return {};
  }
  ready_.append(data.subspan(static_cast<std::size_t>(ready_.end() - offset)));
  if (!pieces_.empty()) join_pieces();
  if (discarding_) consume(readable());
  return {};
}

Result<> ReceiveSide::reset(std::uint64_t final_size, Error error) {
  TRY(check_end(final_size, true));
  if (complete()) return {};
  final_ = final_size;
  highest_ = final_size;
  reset_ = std::move(error);
  ready_.restart_at(final_size);
  pieces_.clear();
  piece_bytes_ = 0;
  return {};
}

void ReceiveSide::discard() {
  discarding_ = true;
  consume(readable());
}

std::uint64_t ReceiveSide::mark() const {
  return ready_.end() + (complete() ? 1 : 0);
}

// Fills only the holes between the pieces that are there. What continues a piece is put to it.
void ReceiveSide::keep(std::uint64_t offset, ByteView data) {
  const std::uint64_t base = offset;
  const std::uint64_t end = offset + data.size();
  while (offset < end) {
    const auto next = pieces_.upper_bound(offset);
    Bytes* continued = nullptr;
    if (next != pieces_.begin()) {
      Bytes& piece = std::prev(next)->second;
      const std::uint64_t piece_end = std::prev(next)->first + piece.size();
      if (piece_end > offset) {
        offset = piece_end;
        continue;
      }
      if (piece_end == offset) continued = &piece;
    }
    const std::uint64_t hole_end = next == pieces_.end() ? end : std::min(end, next->first);
    const ByteView part =
        data.subspan(static_cast<std::size_t>(offset - base), static_cast<std::size_t>(hole_end - offset));
    if (continued != nullptr) {
      continued->insert(continued->end(), part.begin(), part.end());
    } else {
      pieces_.emplace_hint(next, offset, Bytes(part.begin(), part.end()));
    }
    piece_bytes_ += part.size();
    offset = hole_end;
  }
}

void ReceiveSide::join_pieces() {
  while (!pieces_.empty() && pieces_.begin()->first <= ready_.end()) {
    const auto first = pieces_.begin();
    const std::uint64_t skip = ready_.end() - first->first;
    if (skip < first->second.size()) ready_.append(ByteView(first->second).subspan(static_cast<std::size_t>(skip)));
    piece_bytes_ -= first->second.size();
    pieces_.erase(first);
  }
}

}  // namespace booster::stream
