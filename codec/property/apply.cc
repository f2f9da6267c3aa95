#include <limits>

#include "codec/base/varint.h"
#include "codec/property/decode.h"
#include "codec/property/difference.h"
#include "codec/property/encode.h"
#include "codec/property/utf8.h"

namespace codec::property {
namespace {

constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();  // the reader's own end is the limit

// What the outcome may still hold; counted before anything is copied.
class Allowance {
 public:
  explicit Allowance(const Limits& limits)
      : limits_(limits), bytes_(limits.max_bytes), properties_(limits.max_properties) {}

  Result<> take_octets(std::size_t count) {
    if (count > bytes_) return fail(Errc::Limit, "apply: the outcome is too long");
    bytes_ -= count;
    return {};
  }
  Result<> take_property() {
    if (properties_ == 0) return fail(Errc::Limit, "apply: too many properties");
    --properties_;
    return {};
  }
  Result<> take(const Entry& entry, std::size_t depth) {
    TRY(take_property());
    if (entry.value.type() != Type::Chain) return take_octets(1 + entry.value.byte_size());
    TRY(enter(depth + 1));
    for (const Entry& inner : entry.value.view<Type::Chain>()->entries()) TRY(take(inner, depth + 1));
    return {};
  }
  Result<> enter(std::size_t depth) const {
    if (depth > limits_.max_depth) return fail(Errc::Limit, "apply: nested too deep");
    return {};
  }
  const Limits& limits() const { return limits_; }

 private:
  const Limits& limits_;
  std::size_t bytes_;
  std::size_t properties_;
};

class Applier {
 public:
  Applier(const Chain& base, ByteView steps, Allowance& allowance, std::size_t depth)
      : base_(base.entries()), in_(steps), allowance_(allowance), depth_(depth) {}

  Result<Chain> run();

 private:
  Result<> keep(std::uint64_t count);
  Result<> seek(std::uint64_t number);
  Result<> change(std::uint64_t number);
  Result<> add(std::uint64_t number);
  Result<Bytes> edit(ByteView base, std::uint64_t front);
  Result<Value> changed(const Value& base, std::uint64_t number);

  const std::vector<Entry>& base_;
  ByteReader in_;
  Allowance& allowance_;
  std::size_t depth_;
  std::size_t cursor_ = 0;
  Chain out_;
};

Result<> Applier::keep(std::uint64_t count) {
  if (count > base_.size() - cursor_) return fail(Errc::Protocol, "apply: keeps what the base has not");
  for (; count > 0; --count, ++cursor_) {
    TRY(allowance_.take(base_[cursor_], depth_));
    out_.add(base_[cursor_].id, base_[cursor_].value);
  }
  return {};
}

Result<> Applier::seek(std::uint64_t number) {
  const std::int64_t distance = unzigzag(number);  // of 62 bits: no sum below can overflow
  const std::int64_t at = static_cast<std::int64_t>(cursor_) + distance;
  if (at < 0 || static_cast<std::uint64_t>(at) > base_.size())
    return fail(Errc::Protocol, "apply: seeks outside the base");
  cursor_ = static_cast<std::size_t>(at);
  return {};
}

Result<Bytes> Applier::edit(ByteView base, std::uint64_t front) {
  TRY_ASSIGN(const std::uint64_t back, in_.varint());
  TRY_ASSIGN(const ByteView middle, in_.sized(kAnySize));
  if (front > base.size() || back > base.size() - front) return fail(Errc::Protocol, "apply: more than the value has");
  const auto from_front = static_cast<std::size_t>(front);
  const auto from_back = static_cast<std::size_t>(back);
  TRY(allowance_.take_octets(1 + from_front + middle.size() + from_back));
  Bytes out(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(from_front));
  out.insert(out.end(), middle.begin(), middle.end());
  out.insert(out.end(), base.end() - static_cast<std::ptrdiff_t>(from_back), base.end());
  return out;
}

Result<Value> Applier::changed(const Value& base, std::uint64_t number) {
  if (base.type() == Type::Chain) {
    if (number > in_.left()) return fail(Errc::Protocol, "apply: cut short");
    TRY_ASSIGN(const ByteView steps, in_.take(static_cast<std::size_t>(number)));
    TRY(allowance_.enter(depth_ + 1));
    TRY_ASSIGN(Chain inner, Applier(*base.view<Type::Chain>(), steps, allowance_, depth_ + 1).run());
    return Value::of_chain(std::move(inner));
  }
  if (base.type() == Type::Bytes) {
    TRY_ASSIGN(Bytes octets, edit(base.view<Type::Bytes>(), number));
    return Value::of_bytes(std::move(octets));
  }
  if (base.type() != Type::Text) return fail(Errc::Protocol, "apply: changes a number");
  TRY_ASSIGN(const Bytes octets, edit(as_bytes(base.view<Type::Text>()), number));
  if (!is_utf8(octets)) return fail(Errc::Protocol, "apply: text is not UTF-8");
  return Value::of_text(to_string(octets));
}

Result<> Applier::change(std::uint64_t number) {
  if (cursor_ >= base_.size()) return fail(Errc::Protocol, "apply: changes what the base has not");
  TRY(allowance_.take_property());
  TRY_ASSIGN(Value value, changed(base_[cursor_].value, number));
  out_.add(base_[cursor_].id, std::move(value));
  ++cursor_;
  return {};
}

// The value is read as a chain of this one entry: one decoder judges what may stand in a chain.
Result<> Applier::add(std::uint64_t number) {
  TRY_ASSIGN(const Key key, make_key(number));
  const std::size_t start = in_.position();
  TRY_ASSIGN(const std::uint64_t size, in_.varint());
  if (key.type != Type::Unsigned && key.type != Type::Signed) {
    if (size > in_.left()) return fail(Errc::Protocol, "apply: cut short");
    TRY(in_.take(static_cast<std::size_t>(size)));
  }
  const std::size_t end = in_.position();
  in_.rewind(start);
  TRY_ASSIGN(const ByteView value, in_.take(end - start));
  Bytes entry;
  append_key(key.id, key.type, entry);
  ByteWriter(entry).put(value);
  TRY_ASSIGN(const Chain one, decode(entry, allowance_.limits()));
  TRY(allowance_.take(one.entries().front(), depth_));
  out_.add(key.id, one.entries().front().value);
  return {};
}

Result<Chain> Applier::run() {
  while (!in_.empty()) {
    TRY_ASSIGN(const std::uint64_t step, in_.varint());
    const std::uint64_t number = step >> kStepBits;
    switch (static_cast<Step>(step & ((1U << kStepBits) - 1))) {
      case Step::Keep:
        TRY(keep(number));
        break;
      case Step::Seek:
        TRY(seek(number));
        break;
      case Step::Change:
        TRY(change(number));
        break;
      case Step::Add:
        TRY(add(number));
        break;
    }
  }
  return std::move(out_);
}

}  // namespace

Result<Chain> apply(const Chain& base, const Difference& difference, const Limits& limits) {
  Allowance allowance(limits);
  TRY_ASSIGN(Chain next, Applier(base, difference.steps, allowance, 1).run());
  if (encoded_size(next) > limits.max_bytes) return fail(Errc::Limit, "apply: the outcome is too long");
  return next;
}

}  // namespace codec::property
