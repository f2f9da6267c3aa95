#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::property {
namespace {

Bytes any_bytes() {
  const auto raw = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  return to_bytes(std::string(raw.begin(), raw.end()));
}

// Any value the API can build; text from any octets, for it is repaired.
Chain any_chain(int depth) {
  Chain chain;
  const int count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    const Id id = *rc::gen::oneOf(rc::gen::inRange<Id>(0, 64), rc::gen::arbitrary<Id>());
    switch (*rc::gen::inRange(0, depth > 1 ? 5 : 4)) {
      case 0:
        chain.add(id, Value::of_unsigned(*rc::gen::arbitrary<std::uint64_t>()));
        break;
      case 1:
        chain.add(id, Value::of_signed(*rc::gen::arbitrary<std::int64_t>()));
        break;
      case 2:
        chain.add(id, Value::of_bytes(any_bytes()));
        break;
      case 3:
        chain.add(id, Value::of_text(to_string(any_bytes())));
        break;
      default:
        chain.add(id, Value::of_chain(any_chain(depth - 1)));
    }
  }
  return chain;
}

RC_GTEST_PROP(RoundTrip, AnyChainComesBackEqual, ()) {
  const Chain chain = any_chain(4);
  const Bytes bytes = encode(chain);
  RC_ASSERT(bytes.size() == encoded_size(chain));
  const auto back = decode(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == chain);
  RC_ASSERT(encode(*back) == bytes);
}

RC_GTEST_PROP(RoundTrip, WhatDecodesEncodesToTheSameOctets, ()) {
  Bytes bytes = encode(any_chain(3));
  for (int flips = *rc::gen::inRange(0, 3); flips > 0 && !bytes.empty(); --flips) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] ^= std::byte{1} << *rc::gen::inRange(0, 8);
  }
  const auto back = decode(bytes);
  if (back) RC_ASSERT(encode(*back) == bytes);
}

RC_GTEST_PROP(RoundTrip, SortedChainsPassTheSortedReader, ()) {
  Chain chain = any_chain(1);
  chain.sort();
  Limits sorted;
  sorted.sorted = true;
  RC_ASSERT(decode(encode(chain), sorted).has_value());
}

}  // namespace
}  // namespace codec::property
