// The journal: UIDs are given once, operations keep their order and survive a reopening.
#include "proxy/queue/journal.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/booster/disk/temp_directory.h"

namespace proxy::queue {
namespace {

using booster::disk::TempDirectory;

struct Opened {
  TempDirectory temp{TempDirectory::quick()};
  std::optional<Journal> journal;
  Opened() { reopen(); }
  void reopen() {
    journal.reset();
    auto opened = Journal::open(temp.path() / "journal.db", "");
    ASSERT_TRUE(opened) << codec::to_string(opened.error());
    journal.emplace(*std::move(opened));
  }
  MailboxId mailbox(const std::string& name) {
    MailboxRecord record;
    record.name = name;
    return journal->create_mailbox(record).value();
  }
};

TEST(Journal, UidsAndModSeqsRiseOverReopening) {
  Opened o;
  const MailboxId inbox = o.mailbox("INBOX");
  EXPECT_EQ(o.journal->allot(inbox, 10).value().value, 1U);
  EXPECT_EQ(o.journal->allot(inbox, 1).value().value, 11U);
  const auto seen = o.journal->next_mod_seq().value();
  const auto epoch = o.journal->epoch();
  o.reopen();
  EXPECT_EQ(o.journal->allot(inbox, 1).value().value, 12U);
  EXPECT_GT(o.journal->next_mod_seq().value(), seen);
  EXPECT_EQ(o.journal->epoch(), epoch);
}

TEST(Journal, ModSeqIsNotShownWithoutItsReservation) {
  Opened o;
  const auto reserved = [&] {
    return o.journal->database().one<std::uint64_t>("SELECT mod_seq_reserved FROM ledger").value();
  };
  {
    auto transaction = booster::sql::Transaction::begin(o.journal->database());
    (void)o.journal->next_mod_seq().value();
  }  // rolled back
  const auto shown = o.journal->next_mod_seq().value();
  EXPECT_LT(shown, *reserved());
}

TEST(Journal, UidValidityIsNeverGivenTwice) {
  Opened o;
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 20; ++i) {
    const MailboxId id = o.mailbox("A");
    auto record = *o.journal->mailbox(id).value();
    EXPECT_TRUE(seen.insert(record.uid_validity).second);
    record.state = MailboxState::Gone;
    ASSERT_TRUE(o.journal->update_mailbox(record));
  }
}

TEST(Journal, TheNameOfALiveMailboxIsTakenOnce) {
  Opened o;
  o.mailbox("A");
  MailboxRecord again;
  again.name = "A";
  EXPECT_EQ(o.journal->create_mailbox(again).error().code, Errc::Conflict);
}

TEST(Journal, BindingsAreFoundByRangeAndTheLatestWins) {
  Opened o;
  const MailboxId inbox = o.mailbox("INBOX");
  const std::vector<Binding> run = {{{10}, {1}}, {{12}, {2}}, {{20}, {3}}};
  ASSERT_TRUE(o.journal->bind(inbox, {7}, run));
  const std::vector<Binding> odd = {{{5}, {9}}, {{12}, {4}}};
  ASSERT_TRUE(o.journal->bind(inbox, {7}, odd));
  const auto all = o.journal->look_up(inbox, {7}, {0}, {100}).value();
  EXPECT_EQ(all, (std::vector<Binding>{{{5}, {9}}, {{10}, {1}}, {{12}, {4}}, {{20}, {3}}}));
  EXPECT_EQ(o.journal->look_up(inbox, {7}, {11}, {12}).value(), (std::vector<Binding>{{{12}, {4}}}));
  EXPECT_TRUE(o.journal->look_up(inbox, {8}, {0}, {100}).value().empty());
}

OperationRecord store_of(MailboxId mailbox) {
  OperationRecord record;
  record.mailbox = mailbox;
  record.operation.kind = sync::OperationKind::Store;
  record.operation.mailbox = "INBOX";
  record.operation.add.system = sync::Flags::kSeen;
  record.operation.add.keywords = {"$Work"};
  record.items = {{3}, {1}};
  record.servers = {{30}, {0}};
  return record;
}

TEST(Journal, OperationsKeepTheirOrderAndContents) {
  Opened o;
  const MailboxId inbox = o.mailbox("INBOX");
  OperationRecord first = store_of(inbox);
  OperationRecord second = store_of(inbox);
  second.made = {{{5}, 100, 1'700'000'000, 60, {}}};
  ASSERT_TRUE(o.journal->add(first));
  ASSERT_TRUE(o.journal->add(second));
  o.reopen();
  const auto open = o.journal->open_operations({}, 10).value();
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[0].operation, first.operation);
  EXPECT_EQ(open[0].items, first.items);
  EXPECT_EQ(open[0].servers, first.servers);
  EXPECT_EQ(open[1].made, second.made);
  EXPECT_LT(open[0].sequence, open[1].sequence);
  EXPECT_TRUE(o.journal->any_open_before(second.sequence).value());
}

TEST(Journal, AnEndedOperationIsKeptUntilTheReplicaHasIt) {
  Opened o;
  OperationRecord record = store_of(o.mailbox("INBOX"));
  ASSERT_TRUE(o.journal->add(record));
  record.state = OperationState::Done;
  record.result.emplace();
  record.result->made = {{0}, {77}};
  record.moved = {{{1}, {2}, {0}, {3}}};
  const Sequence ended = o.journal->end(record).value();
  EXPECT_EQ(o.journal->to_acknowledge(10).value(), std::vector{record.operation.ticket});
  ASSERT_TRUE(o.journal->prune(record.sequence));  // the replica has not seen the end
  auto kept = o.journal->operation(record.operation.ticket).value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->result->made, record.result->made);
  EXPECT_EQ(kept->moved, record.moved);
  ASSERT_TRUE(o.journal->prune(ended));
  EXPECT_FALSE(o.journal->operation(record.operation.ticket).value());
  EXPECT_EQ(o.journal->last_event().value(), ended);
}

TEST(Journal, ABrokenFileIsAnErrorAndLeftAsItIs) {
  TempDirectory temp;
  const auto path = temp.path() / "journal.db";
  std::ofstream(path) << std::string(10'000, 'x');
  const auto opened = Journal::open(path, "");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::Corrupt);
  EXPECT_EQ(std::filesystem::file_size(path), 10'000U);
}

TEST(Journal, IndexesServeTheFrequentQuestions) {
  Opened o;
  const auto plan = [&](const std::string& sql) {
    std::string text;
    (void)o.journal->database().for_each("EXPLAIN QUERY PLAN " + sql,
                                         [&](booster::sql::Row row) { text += row.get<std::string>(3) + ";"; });
    return text;
  };
  EXPECT_NE(plan("SELECT seq FROM operations WHERE state=0 AND seq>1 ORDER BY seq LIMIT 5").find("operations_open"),
            std::string::npos);
  EXPECT_NE(plan("SELECT 1 FROM operations WHERE digest=x'00' AND state=0").find("operations_digest"),
            std::string::npos);
  EXPECT_EQ(plan("SELECT name FROM submissions WHERE ended=0 ORDER BY class,position").find("TEMP B-TREE"),
            std::string::npos);
}

}  // namespace
}  // namespace proxy::queue
