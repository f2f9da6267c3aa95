#include "proxy/messaging/repeats.h"

namespace proxy::messaging {

using codec::repeat::Copy;
using codec::repeat::Cursor;

Task<Result<>> RepeatFiller::fill(codec::content::Block& block, SourceOctets& sources) {
  if (block.repeats.empty()) co_return Result<>();
  CO_TRY_ASSIGN(const std::vector<Copy> copies, reader_.read(block.repeats));
  Bytes content;
  std::size_t taken = 0;
  const auto literal = [&block, &content, &taken](std::size_t size) {
    const ByteView octets = ByteView(block.content).subspan(taken, size);
    content.insert(content.end(), octets.begin(), octets.end());
    taken += size;
  };
  for (const Copy& one : copies) {
    if (one.literal > block.content.size() - taken) co_return fail(Errc::Protocol, "repeats: more than the content");
    literal(one.literal);
    CO_TRY(co_await copy(one, sources, content));
  }
  literal(block.content.size() - taken);
  block.content = std::move(content);
  co_return Result<>();
}

Task<Result<>> RepeatFiller::copy(const Copy& copy, SourceOctets& sources, Bytes& out) {
  Cursor& cursor = cursors_[copy.source];
  const std::size_t begin = out.size();
  for (std::size_t left = copy.length; left > 0;) {
    const std::size_t here = cursor.copy(copy.at + (copy.length - left), left, out);
    if (cursor.rewinds() > codec::repeat::kMostRewinds) co_return fail(Errc::Protocol, "repeats: to and fro");
    left -= here;
    if (left == 0 || here > 0) continue;
    CO_TRY_ASSIGN(const Bytes octets, co_await sources.octets(copy.source, cursor.wants(), Cursor::kAsked));
    if (octets.empty()) co_return fail(Errc::NotFound, "repeats: the source ends before it");
    cursor.take(octets);
  }
  if (codec::repeat::check_of(ByteView(out).subspan(begin)) != copy.check)
    co_return fail(Errc::NotFound, "repeats: the source is another");
  co_return Result<>();
}

}  // namespace proxy::messaging
