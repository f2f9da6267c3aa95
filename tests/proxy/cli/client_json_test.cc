// What status and queue tell scripts.
#include "proxy/cli/client_json.h"

#include <gtest/gtest.h>

#include "proxy/cli/carried_json.h"
#include "proxy/cli/version_info.h"

namespace proxy::cli {
namespace {

using nlohmann::json;

client::ClientStatus with_account() {
  client::ClientStatus status;
  status.link.state = "up";
  client::AccountStatus account;
  account.address = "alice@example.org";
  status.accounts.push_back(account);
  return status;
}

TEST(ClientJson, OnlyWhatGoesUpCountsAsQueue) {
  client::ClientStatus status = with_account();
  client::AccountStatus& account = status.accounts[0];
  account.progress.messages = 10;  // and no body here: what comes down
  EXPECT_EQ(to_json(status, true)["queue"]["items"], 0);
  account.queue.submissions = 2;
  account.queue.operations = 3;
  account.queue.held = 1;
  const json told = to_json(status, true);
  EXPECT_EQ(told["queue"]["items"], 5);
  EXPECT_EQ(told["queue"]["held"], 1);
  EXPECT_EQ(told["accounts"][0]["queue"]["submissions"], 2);
}

TEST(ClientJson, WhatMailCostIsTold) {
  client::ClientStatus status = with_account();
  client::AccountStatus& account = status.accounts[0];
  client::CarriedItem item = client::item_down({"INBOX", {7}, {12}});
  item.what.raw = 7'900'000;
  item.what.coded = 1'185'000;
  item.what.cpu = std::chrono::milliseconds(4100);
  item.what.by[static_cast<std::size_t>(codec::compress::Encoding::Mix)] = 5;
  account.last_carried.push_back(item);
  account.carried_down = item.what;
  account.carried_down.items = 412;
  account.carried_down.referring = 3;
  const json carried = to_json(status, true)["accounts"][0]["carried"];
  EXPECT_EQ(carried["down"]["packed_by"]["mix"], 5);
  EXPECT_EQ(carried["last"][0]["encoding"], "mix");
  EXPECT_EQ(carried["last"][0]["uid"], 12);
  EXPECT_EQ(carried["up"]["items"], 0);
  EXPECT_EQ(carried_text(carried["down"]), "7.9 MB as 1.2 MB (.15), 3 of 412 referred, 0 fell back to raw, 4.1 s CPU");
}

TEST(ClientJson, AMismatchOfTheTwoEndsIsTold) {
  client::ClientStatus status = with_account();
  EXPECT_EQ(to_json(status, true)["session"]["mismatch"], "") << "never met";
  status.link.gateway_agent = version_text();
  EXPECT_EQ(to_json(status, true)["session"]["mismatch"], "");
  status.link.gateway_agent = "packetboat 99.1";
  const std::string mismatch = to_json(status, true)["session"]["mismatch"];
  EXPECT_EQ(mismatch, "the gateway runs packetboat 99.1, this client " + version_text());
}

TEST(ClientJson, WithoutAllBodiesAnAccountThatIsToHaveThemIsNotSynced) {
  client::ClientStatus status = with_account();
  client::AccountStatus& account = status.accounts[0];
  account.caught_up = true;
  account.progress = {1, 1, 5, 5, 4, 0};
  EXPECT_EQ(to_json(status, true)["accounts"][0]["synced"], false);
  EXPECT_EQ(to_json(status, false)["accounts"][0]["synced"], true);
  account.progress.bodies = 5;
  EXPECT_EQ(to_json(status, true)["accounts"][0]["synced"], true);
}

TEST(ClientJson, AQueueEntrySaysWhereItGoesAndWhatIsLeft) {
  queue::QueueEntry entry;
  entry.id = "b1-2";
  entry.what = queue::QueueEntry::What::Body;
  entry.kind = "bodies";
  entry.mailbox = "INBOX";
  entry.priority = booster::schedule::Class::Calendar;
  entry.held = true;
  entry.state = "held";
  entry.count = 7;
  entry.size = 1000;
  entry.bytes_left = 900;
  json told = to_json(entry, "alice@example.org");
  EXPECT_EQ(told["direction"], "down");
  EXPECT_EQ(told["class"], "calendar");
  EXPECT_EQ(told["count"], 7);
  EXPECT_EQ(told["bytes_left"], 900);
  EXPECT_EQ(told["mailbox"], "INBOX");
  entry.what = queue::QueueEntry::What::Submission;
  entry.recipients.push_back({"bob@example.org", sync::SubmissionState::Failed, "550 no"});
  told = to_json(entry, "alice@example.org");
  EXPECT_EQ(told["direction"], "up");
  EXPECT_EQ(told["recipients"][0]["state"], "failed");
  EXPECT_EQ(told["recipients"][0]["reply"], "550 no");
}

}  // namespace
}  // namespace proxy::cli
