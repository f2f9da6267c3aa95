#include "codec/property/frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/base/varint.h"

namespace codec::property {

Result<bool> FrameReader::read_size(ByteView& in) {
  while (!in.empty()) {
    held_.push_back(in.front());
    in = in.subspan(1);
    const VarintParse parsed = parse_varint(held_);
    if (parsed.state == VarintState::Bad) return fail(Errc::Protocol, "chain frame: length is no minimal varint");
    if (parsed.state == VarintState::Short) continue;
    if (parsed.value > limits_.max_bytes)
      return fail(Errc::Limit, fmt::format("chain frame: {} bytes, {} allowed", parsed.value, limits_.max_bytes));
    size_ = static_cast<std::size_t>(parsed.value);
    held_.clear();
    return true;
  }
  return false;
}

Result<std::optional<Chain>> FrameReader::next(ByteView& in) {
  if (!size_) {
    TRY_ASSIGN(const bool known, read_size(in));
    if (!known) return std::optional<Chain>();
  }
  const std::size_t taken = std::min(*size_ - held_.size(), in.size());
  const ByteView front = in.first(taken);
  in = in.subspan(taken);
  if (held_.size() + taken < *size_) {
    held_.insert(held_.end(), front.begin(), front.end());
    return std::optional<Chain>();
  }
  ByteView whole = front;  // decoded where it stands when it came in one piece
  if (!held_.empty()) {
    held_.insert(held_.end(), front.begin(), front.end());
    whole = held_;
  }
  TRY_ASSIGN(Chain chain, decode(whole, limits_));
  held_.clear();
  size_.reset();
  return std::optional<Chain>(std::move(chain));
}

}  // namespace codec::property
