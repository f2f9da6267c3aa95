#include "booster/net/buffered_reader.h"

#include <cstring>

namespace booster::net {

void BufferedReader::consume(std::size_t count) {
  CHECK(count <= end_ - begin_);
  begin_ += count;
  if (begin_ == end_) begin_ = end_ = 0;
}

Task<Result<bool>> BufferedReader::fill() {
  if (end_ == buffer_.size() && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size())
    co_return fail(Errc::Limit, "input of more than " + std::to_string(buffer_.size()) + " bytes");
  CO_TRY_ASSIGN(const std::size_t count, co_await stream_.read(std::span(buffer_).subspan(end_)));
  end_ += count;
  co_return count > 0;
}

bool BufferedReader::purge() {
  const bool any = end_ > begin_;
  begin_ = end_ = 0;
  return any;
}

}  // namespace booster::net
