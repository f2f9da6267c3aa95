#include <gtest/gtest.h>

#include "codec/refer/history.h"

namespace codec::refer {
namespace {

Traits proved(const std::string& id) {
  Traits traits;
  traits.message_id = id;
  traits.parents = {"a@x", "b@x"};
  traits.sender = "bob@mail.test";
  traits.list = "list.mail.test";
  traits.subject = "the minutes";
  traits.sender_proved = true;
  return traits;
}

TEST(SealedTraits, NameNobodyAndDecideTheSame) {
  const Traits one = sealed(proved("1@x"), 7), other = sealed(proved("2@x"), 7);
  const Bytes octets = encode_traits(one);
  for (const std::string text : {"bob", "minutes", "mail", "1@x"})
    EXPECT_EQ(as_text(octets).find(text), std::string_view::npos) << text;
  EXPECT_EQ(one.sender, other.sender);
  EXPECT_NE(one.message_id, other.message_id);
  EXPECT_NE(sealed(proved("1@x"), 8).sender, one.sender);
  Traits stranger = proved("3@x");
  stranger.sender = "eve@mail.test";
  stranger.list.clear();
  const History history;
  EXPECT_TRUE(history.may_refer(one, other));
  EXPECT_FALSE(history.may_refer(sealed(stranger, 7), one));
}

TEST(SealedTraits, AreTheSameAgain) {
  Traits traits = sealed(proved("1@x"), 7);
  traits.credential = true;
  const auto read = decode_traits(encode_traits(traits));
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_traits(*read), encode_traits(traits));
  EXPECT_EQ(read->parents, traits.parents);
  EXPECT_EQ(read->list, traits.list);
  EXPECT_TRUE(read->sender_proved && read->credential && !read->by_user && !read->list_proved);
  for (std::size_t size = 0; size < encode_traits(traits).size(); ++size)
    EXPECT_FALSE(decode_traits(ByteView(encode_traits(traits)).first(size))) << size;
}

// What looks like a credential is not referred to, however near.
TEST(SealedTraits, NeverToACredential) {
  const History history;
  Traits code = sealed(proved("1@x"), 7);
  code.credential = true;
  EXPECT_FALSE(history.may_refer(sealed(proved("2@x"), 7), code));
  EXPECT_FALSE(history.may_refer(code, sealed(proved("2@x"), 7)));
}

}  // namespace
}  // namespace codec::refer
