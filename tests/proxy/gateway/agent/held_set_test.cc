#include "proxy/gateway/agent/held_set.h"

#include <gtest/gtest.h>

namespace proxy::gateway::agent {
namespace {

sync::ItemKey key_at(const std::string& mailbox, std::uint32_t validity, std::uint32_t uid) {
  return {mailbox, {validity}, {uid}};
}

TEST(HeldSet, IsWhatWasSaidAndWhatWent) {
  HeldSet held;
  EXPECT_FALSE(held.contains(key_at("INBOX", 5, 1)));
  held.replace({{"INBOX", {5}, {{1, 3}, {9, 4'000'000'000}}}});
  for (const std::uint32_t uid : {1U, 3U, 9U, 100'000U}) EXPECT_TRUE(held.contains(key_at("INBOX", 5, uid))) << uid;
  for (const std::uint32_t uid : {4U, 8U, 4'000'000'001U}) EXPECT_FALSE(held.contains(key_at("INBOX", 5, uid))) << uid;
  EXPECT_FALSE(held.contains(key_at("INBOX", 6, 1))) << "another UIDVALIDITY";
  EXPECT_FALSE(held.contains(key_at("Sent", 5, 1)));
  held.add(key_at("Sent", 5, 1));
  held.add(key_at("INBOX", 5, 8));
  EXPECT_TRUE(held.contains(key_at("Sent", 5, 1)));
  EXPECT_TRUE(held.contains(key_at("INBOX", 5, 8)));
  held.remove(key_at("INBOX", 5, 100'000));
  held.remove(key_at("Drafts", 5, 1));
  EXPECT_FALSE(held.contains(key_at("INBOX", 5, 100'000)));
  EXPECT_TRUE(held.contains(key_at("INBOX", 5, 99'999)));
  held.replace({});
  EXPECT_FALSE(held.contains(key_at("INBOX", 5, 1)));
  EXPECT_FALSE(held.contains(key_at("Sent", 5, 1)));
}

}  // namespace
}  // namespace proxy::gateway::agent
