#include "proxy/cli/link_row.h"

#include <gtest/gtest.h>

#include "tests/proxy/cli/link_rows.h"

namespace proxy::cli {
namespace {

TEST(LinkRow, TellsEachPathTheOneInUseFirst) {
  const nlohmann::json told = to_json(row_over_udp());
  EXPECT_EQ(told["carrier"], "udp");
  EXPECT_EQ(told["moves"], 4);
  EXPECT_EQ(told["round_trip_ms"], 42);
  ASSERT_EQ(told["paths"].size(), 2U);
  const nlohmann::json& path = told["paths"][0];
  EXPECT_EQ(path["id"], 2);
  EXPECT_EQ(path["rate"], 9'800'000);
  EXPECT_EQ(path["round_trip_ms"], 41.5);
  EXPECT_EQ(path["queue_ms"], 1.5);
  EXPECT_EQ(path["radio_loss"], .01);
  EXPECT_EQ(path["copies"], 7);
  EXPECT_FALSE(told["paths"][1]["in_use"].get<bool>());
  EXPECT_TRUE(told["paths"][1]["round_trip_ms"].is_null()) << "not known is not zero";
}

TEST(LinkRow, OverTlsNobodyTellsLossApart) {
  const nlohmann::json told = to_json(row_over_tls());
  EXPECT_EQ(told["paths"][0]["loss"], .02);
  EXPECT_TRUE(told["paths"][0]["radio_loss"].is_null());
  EXPECT_FALSE(told.contains("sessions"));
}

TEST(LinkRow, WithoutACarrierThereIsNoPath) {
  client::LinkStatus link;
  link.state = "down";
  const nlohmann::json told = to_json(row_of(link));
  EXPECT_EQ(told["state"], "down");
  EXPECT_EQ(told["carrier"], "");
  EXPECT_TRUE(told["paths"].empty());
  nlohmann::json session;
  add_carrier_json(session, std::nullopt);
  EXPECT_TRUE(session["path"].is_null());
}

TEST(LinkRow, AGatewaysSessionIsConnectedOrAway) {
  gateway::dispatcher::SessionStatus session;
  session.id = "a1b2c3d4";
  session.device = "laptop";
  EXPECT_EQ(row_of(session).state, "away");
  session.connected = true;
  EXPECT_EQ(row_of(session).state, "connected");
  EXPECT_EQ(row_of(session).peer, "laptop");
}

}  // namespace
}  // namespace proxy::cli
