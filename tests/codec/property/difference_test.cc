#include "codec/property/difference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::property {
namespace {

constexpr Property<Type::Unsigned> kAge{0x01, "age"};
constexpr Property<Type::Signed> kOffset{0xa1, "offset"};
constexpr Property<Type::Bytes> kCalled{0x201, "called"};
constexpr Property<Type::Text> kPerson{0x61, "person"};
constexpr Property<Type::Chain> kPart{0x200, "part"};

std::size_t cost(const Chain& base, const Chain& next, std::optional<Id> identity = {}) {
  const Difference found = difference(base, next, identity);
  const auto again = apply(base, found);
  EXPECT_TRUE(again.has_value()) << again.error().what;
  EXPECT_EQ(*again, next);
  const auto carried = decode_difference(encode_difference(found));
  EXPECT_EQ(*carried, found);
  return found.steps.size();
}

Chain part(std::string_view name, unsigned age) {
  Chain chain;
  chain.add(kCalled, as_bytes(name)).add(kAge, age);
  for (unsigned i = 0; i < 10; ++i) chain.add(kPerson, std::string(name) + " has friend " + std::to_string(i));
  return chain;
}

TEST(Difference, OfEqualsIsOneStep) {
  EXPECT_EQ(cost(part("ann", 1), part("ann", 1)), 1U);
  EXPECT_EQ(cost({}, {}), 0U);
  EXPECT_EQ(cost(part("ann", 1), {}), 0U);
}

TEST(Difference, IsAsFormatShowsIt) {
  Chain base;
  base.add(kAge, 5U).add(kPerson, "ann").add(kOffset, -2).add(kPart, Chain().add(kCalled, as_bytes("\xde\xad")));
  base.add(kPerson, "b\xc3\xb6");
  Chain next;
  next.add(kAge, 5U).add(kPerson, "anna").add(kOffset, -2).add(kPart, Chain().add(kCalled, as_bytes("\xde\xad")));
  EXPECT_EQ(to_hex(difference(base, next).steps), "040e00016108");
  EXPECT_EQ(cost(base, next), 6U);
}

TEST(Difference, SaysOnlyWhatChanged) {
  const Chain base = part("ann", 1);
  EXPECT_LE(cost(base, part("ann", 2)), 5U);
  Chain longer = base;
  longer.add(kPerson, "somebody new");
  EXPECT_LE(cost(base, longer), 1U + 2U + 1U + 12U);
  Chain shorter = base;
  shorter.remove(kAge.id);
  EXPECT_LE(cost(base, shorter), 3U);
}

TEST(Difference, MovedEntriesAreNotSaidAgain) {
  const Chain base = part("ann", 1);
  Chain next;
  for (auto entry = base.entries().rbegin(); entry != base.entries().rend(); ++entry) next.add(entry->id, entry->value);
  EXPECT_LE(cost(base, next), 2 * base.size());
}

TEST(Difference, OfNestedChainsIsNested) {
  Chain base;
  Chain next;
  for (unsigned i = 0; i < 20; ++i) {
    base.add(kPart, part("ann" + std::to_string(i), i));
    next.add(kPart, part("ann" + std::to_string(i), i == 11 ? 99 : i));
  }
  EXPECT_LE(cost(base, next), 10U);
}

TEST(Difference, PairsByIdentityWhereOrderMisleads) {
  Chain base;
  Chain next;
  next.add(kPart, part("a newcomer before all others", 0));
  for (unsigned i = 0; i < 20; ++i) {
    base.add(kPart, part("somebody called number " + std::to_string(i), 100));
    next.add(kPart, part("somebody called number " + std::to_string(i), 200));
  }
  EXPECT_LT(cost(base, next, kCalled.id), cost(base, next) / 2);
}

TEST(Difference, PairsByOrderWhereNoIdentityIsTheSame) {
  Chain base;
  base.add(kPart, part("somebody", 100));
  Chain renamed = part("somebody", 100);
  renamed.set(kCalled, as_bytes("nobody"));
  EXPECT_LE(cost(base, Chain().add(kPart, renamed), kCalled.id), 14U);
}

TEST(Apply, RefusesWhatIsNotOfThisBase) {
  Chain base;
  base.add(kAge, 5U).add(kPerson, "\xc3\xb6").add(kPart, Chain());
  const auto code = [&](std::string_view hex) { return apply(base, {*from_hex(hex)}).error().code; };
  EXPECT_EQ(code("10"), Errc::Protocol);        // keeps 4 of 3
  EXPECT_EQ(code("05"), Errc::Protocol);        // seeks before the first
  EXPECT_EQ(code("21"), Errc::Protocol);        // seeks behind the last
  EXPECT_EQ(code("0c02"), Errc::Protocol);      // changes behind the last
  EXPECT_EQ(code("02000100"), Errc::Protocol);  // changes a number
  EXPECT_EQ(code("040a0100"), Errc::Protocol);  // front and back longer than the text
  EXPECT_EQ(code("04060000"), Errc::Protocol);  // text cut inside a character
  EXPECT_EQ(code("080a00"), Errc::Protocol);    // the inner steps are cut short
  EXPECT_EQ(code("9f0105"), Errc::Protocol);    // adds a reserved type
  EXPECT_EQ(code("8f6205"), Errc::Protocol);    // adds text that is cut short
  EXPECT_EQ(code("80"), Errc::Protocol);        // a step that is cut short
}

TEST(Apply, EveryCutIsRefusedOrAnotherChain) {
  const Chain base = part("ann", 1);
  Chain next = part("annabel", 7);
  next.add(kPart, part("x", 1));
  const Bytes steps = difference(base, next).steps;
  for (std::size_t size = 0; size < steps.size(); ++size) {
    const auto cut = apply(base, {Bytes(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(size))});
    if (cut) {
      EXPECT_NE(*cut, next) << size;
    }
  }
}

TEST(Apply, CannotGrowAboveTheLimits) {
  Chain base;
  base.add(kCalled, Bytes(100'000));
  Difference bomb;
  for (int i = 0; i < 100; ++i) {
    bomb.steps.push_back(std::byte{0x04});  // keep 1
    bomb.steps.push_back(std::byte{0x05});  // seek -1
  }
  EXPECT_EQ(apply(base, bomb).error().code, Errc::Limit);
  Limits few;
  few.max_properties = 50;
  Chain small;
  small.add(kAge, 1U);
  EXPECT_EQ(apply(small, bomb, few).error().code, Errc::Limit);
}

// Few ids and few values, so that revisions have much in common.
Chain any_revision(int depth) {
  Chain chain;
  for (int count = *rc::gen::inRange(0, 8); count > 0; --count) {
    const auto id = *rc::gen::inRange<Id>(0, 4);
    const std::string text(*rc::gen::inRange<std::size_t>(0, 30), *rc::gen::inRange('a', 'c'));
    switch (*rc::gen::inRange(0, depth > 1 ? 4 : 3)) {
      case 0:
        chain.add(id, Value::of_unsigned(*rc::gen::inRange<std::uint64_t>(0, 3)));
        break;
      case 1:
        chain.add(id, Value::of_bytes(to_bytes(text)));
        break;
      case 2:
        chain.add(id, Value::of_text("\xc3\xb6" + text + "\xc3\xa4"));
        break;
      default:
        chain.add(id, Value::of_chain(any_revision(depth - 1)));
    }
  }
  return chain;
}

RC_GTEST_PROP(Difference, AppliedGivesTheNext, ()) {
  const Chain base = any_revision(3);
  const Chain next = any_revision(3);
  const auto identity = *rc::gen::element<std::optional<Id>>(std::nullopt, Id{0});
  const auto again = apply(base, difference(base, next, identity));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == next);
}

}  // namespace
}  // namespace codec::property
