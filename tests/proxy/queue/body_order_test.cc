// The order in which mail comes down, and what of it stands in the journal.
#include "proxy/queue/body_order.h"

#include <gtest/gtest.h>

#include "proxy/queue/journal.h"
#include "tests/booster/disk/temp_directory.h"

namespace proxy::queue {
namespace {

using booster::disk::TempDirectory;

constexpr MailboxId kInbox{1};
constexpr MailboxId kLater{2};

BodyOrder order(MailboxId mailbox, Class of, std::uint32_t uid = 0) {
  BodyOrder out;
  out.mailbox = mailbox;
  out.uid = {uid};
  out.of = of;
  return out;
}

TEST(BodyOrders, WithNothingSaidLargeOnesComeAfterTheRest) {
  const BodyOrders none;
  EXPECT_EQ(none.rank(kInbox, {1}, kLargeBody).of, Class::Bodies);
  EXPECT_EQ(none.rank(kInbox, {1}, kLargeBody + 1).of, Class::Attachments);
  EXPECT_TRUE(none.rank(kInbox, {1}, 1).comes());
  EXPECT_EQ(none.first(), Class::Bodies);
}

TEST(BodyOrders, WhatIsSaidOfAMailboxGoesForItsMailsSaveThoseOfTheirOwn) {
  BodyOrder inbox = order(kInbox, Class::Calendar);
  inbox.held = true;
  const BodyOrders orders({inbox, order(kInbox, Class::Interactive, 7)});
  EXPECT_EQ(orders.rank(kInbox, {6}, 1).of, Class::Calendar);
  EXPECT_TRUE(orders.rank(kInbox, {6}, 1).held);
  EXPECT_EQ(orders.rank(kInbox, {6}, kLargeBody + 1).of, Class::Bodies);
  EXPECT_EQ(orders.rank(kInbox, {7}, kLargeBody + 1).of, Class::Interactive);
  EXPECT_TRUE(orders.rank(kInbox, {7}, 1).comes());
  EXPECT_TRUE(orders.rank(kLater, {6}, 1).comes());
  EXPECT_EQ(orders.first(), Class::Interactive);
}

TEST(BodyOrders, ACancelledMailboxWantsWhatComesLater) {
  BodyOrder inbox = order(kInbox, Class::Bodies);
  inbox.cancelled_to = {10};
  const BodyOrders orders({inbox});
  EXPECT_FALSE(orders.rank(kInbox, {10}, 1).comes());
  EXPECT_TRUE(orders.rank(kInbox, {11}, 1).comes());
}

TEST(BodyOrders, AnEdgeIsBeforeOrBehindAllOfItsClass) {
  BodyOrder one = order(kInbox, Class::Calendar);
  one.position = -3;
  BodyOrder two = order(kLater, Class::Calendar);
  two.position = 5;
  const BodyOrders orders({one, two});
  EXPECT_LT(orders.edge_position(Class::Calendar, true), -3);
  EXPECT_GT(orders.edge_position(Class::Calendar, false), 5);
  EXPECT_LT(orders.edge_position(Class::Bodies, true), 0) << "before those of which nothing was said";
}

TEST(Priority, ALadderLeavesOutWhatIsNoMails) {
  Class at = Class::Prefetch;
  std::string way;
  for (int i = 0; i < 8; ++i, at = one_up(at)) way += std::string(booster::schedule::to_string(at)) + " ";
  EXPECT_EQ(way, "prefetch attachments bodies calendar headers send-small interactive interactive ");
  for (const Class of : {Class::Interactive, Class::SendSmall, Class::Headers, Class::Calendar, Class::Bodies})
    EXPECT_EQ(one_up(one_down(of)), of);
}

TEST(Journal, KeepsTheOrderOfBodies) {
  const TempDirectory temp{TempDirectory::quick()};
  const auto path = temp.path() / "journal.db";
  {
    Journal journal = Journal::open(path, "").value();
    MailboxRecord record;
    record.name = "INBOX";
    ASSERT_EQ(journal.create_mailbox(record).value(), kInbox);
    record.name = "Later";
    ASSERT_EQ(journal.create_mailbox(record).value(), kLater);
    BodyOrder held = order(kInbox, Class::Bodies);
    held.held = true;
    ASSERT_TRUE(journal.put_body_order(held));
    ASSERT_TRUE(journal.put_body_order(order(kLater, Class::Calendar)));
    ASSERT_TRUE(journal.put_body_order(order(kInbox, Class::Bodies, 4)));
    ASSERT_TRUE(journal.put_body_order(order({77}, Class::Bodies)));
  }
  Journal journal = Journal::open(path, "").value();
  EXPECT_EQ(journal.body_orders()->size(), 4U);
  EXPECT_TRUE(journal.body_orders()->rank(kInbox, {1}, 1).held);
  EXPECT_FALSE(journal.body_orders()->rank(kInbox, {4}, 1).held);
  EXPECT_EQ(journal.body_orders()->rank(kLater, {1}, 1).of, Class::Calendar);
  ASSERT_TRUE(journal.hold_body_orders(kInbox));
  EXPECT_TRUE(journal.body_orders()->rank(kInbox, {4}, 1).held);
  ASSERT_TRUE(journal.release_body_orders(kInbox));
  EXPECT_FALSE(journal.body_orders()->rank(kInbox, {4}, 1).held);
  ASSERT_TRUE(journal.drop_single_body_orders(kInbox));
  ASSERT_TRUE(journal.drop_body_order(kLater, {}));
  ASSERT_TRUE(journal.prune_body_orders());
  EXPECT_EQ(journal.body_orders()->size(), 1U) << "of a mailbox that never was nothing is kept";
}

}  // namespace
}  // namespace proxy::queue
