#include "codec/property/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/base/check.h"
#include "codec/base/varint.h"

namespace codec::property {

Result<bool> ChainReader::next(ByteView& in, ChainEvent& event) {
  if (stream_) return next_piece(in, event);
  return next_property(in, event);
}

bool ChainReader::next_piece(ByteView& in, ChainEvent& event) {
  if (*stream_ == 0) {
    stream_.reset();
    event = BytesEnd{};
    return true;
  }
  if (in.empty()) return false;
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(*stream_, in.size()));
  event = BytesPiece{in.first(taken)};
  in = in.subspan(taken);
  *stream_ -= taken;
  return true;
}

// The head is at most two varints: taken octet by octet. Then the value as a run.
Result<bool> ChainReader::next_property(ByteView& in, ChainEvent& event) {
  while (!key_) {
    if (in.empty()) return false;
    held_.push_back(in.front());
    in = in.subspan(1);
    TRY_ASSIGN(const std::optional<std::uint64_t> more, head());
    if (!more) continue;
    if (key_->type == Type::Bytes && *more > limits_.max_inline) {
      if (*more > limits_.max_stream) return fail(Errc::Limit, fmt::format("property {:#x}: too long", key_->id));
      event = BytesBegin{key_->id, *more};
      stream_ = *more;
      key_.reset();
      held_.clear();
      return true;
    }
    if (*more > limits_.max_inline)
      return fail(Errc::Limit, fmt::format("property {:#x}: too long to be held", key_->id));
    whole_ = held_.size() + static_cast<std::size_t>(*more);
    small_bytes_ += whole_;
    if (small_bytes_ > limits_.chain.max_bytes) return fail(Errc::Limit, "chain: too many bytes");
  }
  const std::size_t taken = std::min(whole_ - held_.size(), in.size());
  held_.insert(held_.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(taken));
  in = in.subspan(taken);
  if (held_.size() < whole_) return false;
  TRY(take_entry(event));
  return true;
}

Result<std::optional<std::uint64_t>> ChainReader::head() {
  const VarintParse key = parse_varint(held_);
  if (key.state == VarintState::Bad) return fail(Errc::Protocol, "property: key is no minimal varint");
  if (key.state == VarintState::Short) return std::optional<std::uint64_t>();
  TRY_ASSIGN(const Key parsed, make_key(key.value));
  const VarintParse number = parse_varint(ByteView(held_).subspan(key.size));
  if (number.state == VarintState::Bad)
    return fail(Errc::Protocol, fmt::format("property {:#x}: no minimal varint", parsed.id));
  if (number.state == VarintState::Short) return std::optional<std::uint64_t>();
  if (left_ == 0) return fail(Errc::Limit, "chain: too many properties");
  --left_;
  if (limits_.chain.sorted && parsed.id < last_)
    return fail(Errc::Protocol, fmt::format("property {:#x}: unsorted", parsed.id));
  last_ = parsed.id;
  key_ = parsed;
  const bool is_number = parsed.type == Type::Unsigned || parsed.type == Type::Signed;
  return std::optional<std::uint64_t>(is_number ? 0 : number.value);
}

// What is held is a chain of one property; what is nested in it counts too.
Result<> ChainReader::take_entry(ChainEvent& event) {
  Limits limits = limits_.chain;
  limits.max_properties = left_ + 1;
  limits.max_bytes = held_.size();
  TRY_ASSIGN(const Chain one, decode(held_, limits));
  const Entry& entry = one.entries().front();
  left_ -= nested(entry.value);
  event = entry;
  held_.clear();
  key_.reset();
  return {};
}

std::size_t ChainReader::nested(const Value& value) {
  if (value.type() != Type::Chain) return 0;
  std::size_t count = 0;
  for (const Entry& entry : value.view<Type::Chain>()->entries()) count += 1 + nested(entry.value);
  return count;
}

Result<> ChainReader::finish() const {
  if (!held_.empty() || stream_) return fail(Errc::Protocol, "chain: ends inside a property");
  return {};
}

void ChainWriter::add(const Entry& entry) {
  CHECK(!left_);
  append_entry(entry, out_);
}

void ChainWriter::begin_bytes(Property<Type::Bytes> property, std::uint64_t size) {
  CHECK(!left_);
  append_key(property.id, Type::Bytes, out_);
  append_varint(out_, size);
  left_ = size;
}

Result<> ChainWriter::piece(ByteView bytes) {
  CHECK(left_);
  if (bytes.size() > *left_) return fail(Errc::Conflict, "streamed property: more bytes than were said");
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  *left_ -= bytes.size();
  return {};
}

Result<> ChainWriter::end_bytes() {
  CHECK(left_);
  if (*left_ != 0) return fail(Errc::Conflict, "streamed property: fewer bytes than were said");
  left_.reset();
  return {};
}

}  // namespace codec::property
