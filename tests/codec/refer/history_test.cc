#include "codec/refer/history.h"

#include <gtest/gtest.h>

namespace codec::refer {
namespace {

using Ids = std::vector<History::Id>;
constexpr std::size_t kRoom = 1'000'000;

Ids chosen_by(History& history, const Traits& mail, std::size_t octets, std::uint64_t seconds) {
  return history.choose(mail, {octets, 0}, seconds).fronts;
}

Traits mail(std::string id, std::vector<std::string> parents = {}, std::string sender = "bob@b.example") {
  Traits traits;
  traits.message_id = std::move(id);
  traits.parents = std::move(parents);
  traits.sender = std::move(sender);
  return traits;
}
Traits by_user(std::string id, std::vector<std::string> parents = {}) {
  Traits traits = mail(std::move(id), std::move(parents), "alice@a.example");
  traits.by_user = true;
  return traits;
}
Traits proved(Traits traits) {
  traits.sender_proved = true;
  return traits;
}

TEST(History, AnAnswerRefersToWhatTheUserWrote) {
  History history;
  history.add(1, by_user("u1"), 100);
  EXPECT_EQ(chosen_by(history, mail("b1", {"u1"}), kRoom, 0), Ids{1});
}

TEST(History, AThreadBecomesTheUsersByAnAnswer) {
  History history;
  history.add(1, mail("b1"), 100);
  EXPECT_EQ(chosen_by(history, mail("b2", {"b1"}), kRoom, 0), Ids{});  // anybody's
  history.add(2, by_user("u1", {"b1"}), 100);
  EXPECT_EQ(chosen_by(history, mail("b2", {"b1"}), kRoom, 0), (Ids{2, 1}));  // the parent last
  EXPECT_EQ(chosen_by(history, mail("b3", {"b1", "u1"}), kRoom, 0), (Ids{1, 2}));
}

// Naming a mail of another thread beside one of the user's does not open it.
TEST(History, AForgedThreadDoesNotReachOthersMail) {
  History history;
  history.add(1, by_user("u1"), 100);
  history.add(2, mail("secret", {}, "bank@bank.example"), 100);
  EXPECT_EQ(chosen_by(history, mail("e1", {"u1", "secret"}, "eve@e.example"), kRoom, 0), Ids{1});
}

TEST(History, AForgedSenderDoesNotReachTheSendersMail) {
  History history;
  history.add(1, proved(mail("m1", {}, "news@n.example")), 100);
  EXPECT_EQ(chosen_by(history, mail("m2", {}, "news@n.example"), kRoom, 0), Ids{});
  EXPECT_EQ(chosen_by(history, proved(mail("m2", {}, "news@n.example")), kRoom, 0), Ids{1});
  EXPECT_EQ(chosen_by(history, proved(mail("m2", {}, "eve@e.example")), kRoom, 0), Ids{});
}

TEST(History, BothMailsMustBeProved) {
  History history;
  history.add(1, mail("m1", {}, "news@n.example"), 100);
  EXPECT_EQ(chosen_by(history, proved(mail("m2", {}, "news@n.example")), kRoom, 0), Ids{});
}

TEST(History, AListMustBeProvedOnBoth) {
  History history;
  Traits first = mail("m1");
  first.list = "dev.l.example";
  Traits next = mail("m2", {}, "carol@c.example");
  next.list = "dev.l.example";
  history.add(1, first, 100);
  next.list_proved = true;
  EXPECT_EQ(chosen_by(history, next, kRoom, 0), Ids{});
  first.list_proved = true;
  history.add(2, first, 100);
  EXPECT_EQ(chosen_by(history, next, kRoom, 0), Ids{2});
}

TEST(History, NeverToACredentialNorForOne) {
  History history;
  Traits code = proved(mail("m1", {}, "news@n.example"));
  code.credential = true;
  history.add(1, code, 100);
  EXPECT_EQ(chosen_by(history, proved(mail("m2", {}, "news@n.example")), kRoom, 0), Ids{});
  history.add(2, proved(mail("m3", {}, "news@n.example")), 100);
  EXPECT_EQ(chosen_by(history, code, kRoom, 0), Ids{});
  Traits own = by_user("u1");
  own.credential = true;
  history.add(3, own, 100);
  EXPECT_EQ(chosen_by(history, mail("m4", {"u1"}), kRoom, 0), Ids{});
}

TEST(History, TheNearestComeLast) {
  History history;
  Traits old_shape = proved(mail("m1", {}, "ci@n.example"));
  old_shape.subject = "build 0 failed";
  history.add(1, old_shape, 100);
  for (History::Id id = 2; id < 30; ++id)
    history.add(id, proved(mail("x" + std::to_string(id), {}, "ci@n.example")), 100);
  Traits next = proved(mail("m2", {}, "ci@n.example"));
  next.subject = "build 0 failed";
  const Ids chosen = chosen_by(history, next, kRoom, 0);
  ASSERT_EQ(chosen.size(), kMostReferences);
  EXPECT_EQ(chosen.back(), 1U);
  EXPECT_EQ(chosen[chosen.size() - 2], 29U);
}

TEST(History, TakesNoMoreOctetsThanThereIsRoomFor) {
  History history;
  history.add(1, by_user("u1"), 600);
  history.add(2, by_user("u2", {"u1"}), 600);
  EXPECT_EQ(chosen_by(history, mail("b", {"u1", "u2"}), 1000, 0), Ids{2});
}

TEST(History, BrakesASender) {
  History history;
  history.add(1, proved(mail("m1", {}, "ci@n.example")), 100);
  const Traits next = proved(mail("m2", {}, "ci@n.example"));
  for (std::size_t i = 0; i < kMostAnHour; ++i) EXPECT_EQ(chosen_by(history, next, kRoom, 10), Ids{1});
  EXPECT_EQ(chosen_by(history, next, kRoom, 10 + kHour - 1), Ids{});
  EXPECT_EQ(chosen_by(history, next, kRoom, 10 + kHour), Ids{1});
}

// By what the mails are, whatever else the history has forgotten.
TEST(History, AnAnswerMayReferToAForgottenMailOfTheUser) {
  const History history;
  EXPECT_TRUE(history.may_refer(mail("b1", {"u1"}), by_user("u1")));
  EXPECT_TRUE(history.may_refer(mail("b2", {"b0"}), by_user("u1", {"b0"})));
  EXPECT_FALSE(history.may_refer(mail("b1", {"u1"}), mail("u1")));
  EXPECT_FALSE(history.may_refer(mail("b1"), by_user("u1", {"b1"}))) << "its id is the sender's to choose";
  EXPECT_FALSE(history.may_refer(mail("b1", {"u2"}), by_user("u1")));
}

// What a mail repeats is a reference too, and counts.
TEST(History, ABrakedMailRepeatsNothing) {
  History history;
  const Traits held = proved(mail("m0", {}, "news@n.example"));
  const Traits next = proved(mail("m1", {}, "news@n.example"));
  EXPECT_TRUE(history.may_refer(next, held));
  EXPECT_FALSE(history.may_refer(mail("m1", {}, "news@n.example"), held));
  for (std::size_t i = 0; i < kMostAnHour; ++i) EXPECT_FALSE(history.choose(next, {0, 0}, 0, true).braked) << i;
  EXPECT_FALSE(history.choose(next, {0, 0}, 0, false).braked) << "it refers to nothing";
  EXPECT_TRUE(history.choose(next, {0, 0}, 0, true).braked);
  EXPECT_FALSE(history.choose(next, {0, 0}, kHour, true).braked);
}

TEST(History, BrakesForgedAnswersTogether) {
  History history;
  history.add(1, by_user("u1"), 100);
  for (std::size_t i = 0; i < kMostUnproved; ++i)
    EXPECT_EQ(chosen_by(history, mail("m", {"u1"}, std::to_string(i) + "@e.example"), kRoom, 0), Ids{1});
  EXPECT_EQ(chosen_by(history, mail("m", {"u1"}, "other@e.example"), kRoom, 0), Ids{});
  EXPECT_EQ(chosen_by(history, proved(mail("m", {"u1"}, "bob@b.example")), kRoom, 0), Ids{1});
}

TEST(History, ForgetsTheOldestAndWhatIsRemoved) {
  History history;
  history.add(1, by_user("u1"), 100);
  for (History::Id id = 2; id <= kMostKept + 1; ++id) history.add(id, mail("x" + std::to_string(id)), 100);
  EXPECT_EQ(history.size(), kMostKept);
  EXPECT_EQ(chosen_by(history, mail("b", {"u1"}), kRoom, 0), Ids{});
  history.add(5000, by_user("u2"), 100);
  history.remove(5000);
  EXPECT_EQ(chosen_by(history, mail("b", {"u2"}), kRoom, 0), Ids{});
}

TEST(History, WithoutRulesAnybodysMailWillDo) {
  History history(Rules::None);
  history.add(1, mail("m1", {}, "news@n.example"), 100);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(chosen_by(history, mail("m2", {}, "news@n.example"), kRoom, 0), Ids{1});
}

// A document that comes again, or in its next version, is referred to with all it holds; behind all fronts.
TEST(History, WhatRepeatsTheContentIsReferredToWhole) {
  const auto with_document = [](Traits traits, chunk::ChunkId first) {
    for (chunk::ChunkId id = first; id < first + 20; ++id) traits.chunks.push_back({id, 4096});
    traits.content_size = 20 * std::size_t{4096};
    return traits;
  };
  History history;
  history.add(1, with_document(by_user("u1"), 100), 200'000);
  history.add(2, by_user("u2", {"u1"}), 100);
  history.add(3, with_document(mail("other", {}, "eve@e.example"), 100), 200'000);
  const Traits revision = with_document(mail("b1", {"u1", "u2"}), 105);
  using Choice = History::Choice;
  EXPECT_EQ(history.choose(revision, {kRoom, kRoom}, 0), (Choice{{2}, {1}}));
  EXPECT_EQ(history.choose(revision, {kRoom, 1000}, 0), (Choice{{2}, {}})) << "no room";
  EXPECT_EQ(history.choose(with_document(mail("b2"), 105), {kRoom, kRoom}, 0), Choice{}) << "nobody's thread";
  history.remove(1);
  EXPECT_EQ(history.choose(revision, {kRoom, kRoom}, 0), (Choice{{2}, {}}));
}

TEST(History, RemembersAsManyChunksAsItMay) {
  const auto with_chunks = [](Traits traits, chunk::ChunkId first) {
    for (chunk::ChunkId id = first; id < first + kMostChunks / 2; ++id) traits.chunks.push_back({id, 4096});
    traits.content_size = 1000;
    return traits;
  };
  History history;
  history.add(1, with_chunks(by_user("u1"), 0), 100);
  history.add(2, with_chunks(by_user("u2"), 1'000'000), 100);
  history.add(3, with_chunks(by_user("u3"), 2'000'000), 100);
  const auto whole = [&](chunk::ChunkId first) {
    return history.choose(with_chunks(mail("b", {"u1", "u2", "u3"}), first), {0, kRoom}, 0).whole;
  };
  EXPECT_EQ(whole(0), Ids{}) << "the oldest went";
  EXPECT_EQ(whole(1'000'000), Ids{2});
  EXPECT_EQ(whole(2'000'000), Ids{3});
}

}  // namespace
}  // namespace codec::refer
