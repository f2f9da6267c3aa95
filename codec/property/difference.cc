#include "codec/property/difference.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "codec/base/varint.h"
#include "codec/property/encode.h"

namespace codec::property {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The entries of a chain as octets, so that equal ones are found by sorting. (No hash: whoever writes the items could
// make one collide.)
class EncodedEntries {
 public:
  explicit EncodedEntries(const Chain& chain) {
    for (const Entry& entry : chain.entries()) {
      append_entry(entry, octets_);
      ends_.push_back(octets_.size());
    }
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return as_text(octets_).substr(begin, ends_[i] - begin);
  }

 private:
  Bytes octets_;
  std::vector<std::size_t> ends_;
};

void append_step(Bytes& out, Step kind, std::uint64_t number) {
  append_varint(out, number << kStepBits | static_cast<std::uint64_t>(kind));
}

// change of octets: all but the longest common front and end
void append_edit(Bytes& out, ByteView base, ByteView next) {
  const std::size_t most = std::min(base.size(), next.size());
  std::size_t front = 0;
  while (front < most && base[front] == next[front]) ++front;
  std::size_t back = 0;
  while (back < most - front && base[base.size() - 1 - back] == next[next.size() - 1 - back]) ++back;
  append_step(out, Step::Change, front);
  append_varint(out, back);
  ByteWriter(out).sized(next.subspan(front, next.size() - front - back));
}

class Differ {
 public:
  Differ(const Chain& base, const Chain& next, std::optional<Id> identity)
      : base_(base), next_(next), identity_(identity), base_octets_(base), next_octets_(next) {}

  Bytes run();

 private:
  using Kin = std::tuple<Id, Type, Bytes>;  // what a revision of an entry keeps

  void match_equals();
  void match_kin();
  void pair_up(std::vector<bool>& used, std::optional<Id> identity);
  static Kin kin_of(const Entry& entry, std::optional<Id> identity);
  Bytes changed(const Entry& base, const Entry& next) const;
  void put(std::size_t at);
  void keep(std::size_t from);
  void flush();
  void go_to(std::size_t at);

  const Chain& base_;
  const Chain& next_;
  const std::optional<Id> identity_;
  const EncodedEntries base_octets_;
  const EncodedEntries next_octets_;
  std::vector<std::size_t> equal_;  // of each next entry: the base's entry, or kNone
  std::vector<std::size_t> kin_;
  Bytes steps_;
  std::size_t cursor_ = 0;
  std::size_t kept_ = 0;  // entries before the cursor that no step says yet
};

// Of several equal entries the first behind the last match: order is kept where it can be.
void Differ::match_equals() {
  std::vector<std::size_t> order(base_octets_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return base_octets_[a] < base_octets_[b]; });
  std::size_t after = 0;
  for (std::size_t i = 0; i < next_octets_.size(); ++i) {
    const std::string_view wanted = next_octets_[i];
    const auto first = std::lower_bound(order.begin(), order.end(), wanted,
                                        [&](std::size_t a, std::string_view b) { return base_octets_[a] < b; });
    if (first == order.end() || base_octets_[*first] != wanted) continue;
    const auto later = std::lower_bound(
        first, order.end(), after, [&](std::size_t a, std::size_t b) { return base_octets_[a] == wanted && a < b; });
    equal_[i] = later != order.end() && base_octets_[*later] == wanted ? *later : *first;
    after = equal_[i] + 1;
  }
}

Differ::Kin Differ::kin_of(const Entry& entry, std::optional<Id> identity) {
  Kin kin{entry.id, entry.value.type(), {}};
  if (!identity || entry.value.type() != Type::Chain) return kin;
  if (const Value* value = entry.value.view<Type::Chain>()->find(*identity))
    append_entry({*identity, *value}, std::get<Bytes>(kin));
  return kin;
}

// What is left on both sides pairs up in order: first those of one identity, then of one id, for some programs give a
// revision a new UID.
void Differ::match_kin() {
  std::vector<bool> used(base_.size());
  for (const std::size_t match : equal_)
    if (match != kNone) used[match] = true;
  if (identity_) pair_up(used, identity_);
  pair_up(used, {});
}

void Differ::pair_up(std::vector<bool>& used, std::optional<Id> identity) {
  std::map<Kin, std::vector<std::size_t>> free;  // the first one last
  for (std::size_t i = base_.size(); i-- > 0;)
    if (!used[i]) free[kin_of(base_.entries()[i], identity)].push_back(i);
  for (std::size_t i = 0; i < next_.size(); ++i) {
    if (equal_[i] != kNone || kin_[i] != kNone) continue;
    const auto found = free.find(kin_of(next_.entries()[i], identity));
    if (found == free.end() || found->second.empty()) continue;
    kin_[i] = found->second.back();
    used[kin_[i]] = true;
    found->second.pop_back();
  }
}

// Empty: a change cannot say it.
Bytes Differ::changed(const Entry& base, const Entry& next) const {
  Bytes step;
  switch (base.value.type()) {
    case Type::Unsigned:
    case Type::Signed:
      break;
    case Type::Bytes:
      append_edit(step, base.value.view<Type::Bytes>(), next.value.view<Type::Bytes>());
      break;
    case Type::Text:
      append_edit(step, as_bytes(base.value.view<Type::Text>()), as_bytes(next.value.view<Type::Text>()));
      break;
    case Type::Chain: {
      const Bytes inner = Differ(*base.value.view<Type::Chain>(), *next.value.view<Type::Chain>(), identity_).run();
      append_step(step, Step::Change, inner.size());
      ByteWriter(step).put(inner);
      break;
    }
  }
  return step;
}

void Differ::flush() {
  if (kept_ > 0) append_step(steps_, Step::Keep, kept_);
  kept_ = 0;
}

void Differ::go_to(std::size_t at) {
  flush();
  const auto distance = static_cast<std::int64_t>(at) - static_cast<std::int64_t>(cursor_);
  if (distance != 0) append_step(steps_, Step::Seek, zigzag(distance));
  cursor_ = at;
}

void Differ::keep(std::size_t from) {
  if (from != cursor_) go_to(from);
  ++cursor_;
  ++kept_;
}

void Differ::put(std::size_t at) {
  if (equal_[at] != kNone) return keep(equal_[at]);
  const Entry& entry = next_.entries()[at];
  const std::string_view whole = next_octets_[at];
  if (kin_[at] != kNone) {
    const Bytes step = changed(base_.entries()[kin_[at]], entry);
    if (!step.empty() && step.size() < whole.size()) {
      go_to(kin_[at]);
      ++cursor_;
      return ByteWriter(steps_).put(step);
    }
  }
  flush();
  Bytes key;
  append_key(entry.id, entry.value.type(), key);
  const std::uint64_t number = std::uint64_t{entry.id} << kTypeBits | static_cast<std::uint64_t>(entry.value.type());
  append_step(steps_, Step::Add, number);
  ByteWriter(steps_).put(as_bytes(whole.substr(key.size())));
}

Bytes Differ::run() {
  equal_.assign(next_.size(), kNone);
  kin_.assign(next_.size(), kNone);
  match_equals();
  match_kin();
  for (std::size_t i = 0; i < next_.size(); ++i) put(i);
  flush();
  return std::move(steps_);
}

}  // namespace

Difference difference(const Chain& base, const Chain& next, std::optional<Id> identity) {
  return {Differ(base, next, identity).run()};
}

Chain encode_difference(Difference difference) {
  Chain chain;
  chain.add(kDifference, std::move(difference.steps));
  return chain;
}

Result<Difference> decode_difference(const Chain& chain) {
  TRY_ASSIGN(const ByteView steps, chain.require(kDifference));
  return Difference{Bytes(steps.begin(), steps.end())};
}

}  // namespace codec::property
