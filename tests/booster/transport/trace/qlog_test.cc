#include "booster/transport/trace/qlog.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace booster::transport::trace {
namespace {

using namespace std::chrono_literals;

std::string written(const Event& event) {
  std::string text;
  append_qlog(text, event, 3, 1'234'567us);
  return text;
}

TEST(Qlog, APacketIsARecordOfItsOwn) {
  EXPECT_EQ(
      written(PacketSent{{2}, {17}, 1200, true}),
      "\x1e{\"time\":1234.567,\"name\":\"quic:packet_sent\",\"group_id\":\"3\",\"tuple\":\"2\",\"data\":{\"header\":"
      "{\"packet_type\":\"1RTT\",\"packet_number\":17},\"raw\":{\"length\":1200},\"ack_eliciting\":true}}\n");
}

TEST(Qlog, AHandshakePacketBelongsToNoPath) {
  const std::string text = written(PacketReceived{kHandshakePath, {0}, 900, Ecn::Ce});
  EXPECT_EQ(text.find("tuple"), std::string::npos);
  EXPECT_NE(text.find("\"packet_type\":\"handshake\""), std::string::npos);
  EXPECT_NE(text.find("\"ecn\":\"CE\""), std::string::npos);
}

TEST(Qlog, AcknowledgementsAreAList) {
  EXPECT_NE(written(PacketsAcked{{0}, {{9}, {8}, {5}}, false}).find("\"packet_numbers\":[9,8,5]"), std::string::npos);
  EXPECT_NE(written(PacketsAcked{{0}, {{9}}, true}).find("packetboat:lost_arrived"), std::string::npos);
}

TEST(Qlog, EstimatesHaveTheirUnits) {
  Metrics metrics;
  metrics.rate = {9'800'000};
  metrics.queue = 1500us;
  metrics.smoothed_rtt = 41ms;
  metrics.in_flight = 52'000;
  const std::string text = written(metrics);
  EXPECT_NE(text.find("\"smoothed_rtt\":41.000"), std::string::npos) << text;
  EXPECT_NE(text.find("\"bottleneck_rate\":9800000"), std::string::npos) << text;
  EXPECT_NE(text.find("\"queue\":1.500"), std::string::npos) << text;
  EXPECT_NE(text.find("\"bytes_in_flight\":52000"), std::string::npos) << text;
  EXPECT_NE(written(LossJudged{{0}, .0125, .01}).find("\"loss\":0.0125,\"radio_loss\":0.0100"), std::string::npos);
}

// What a peer gives as its reason stays within its string and its line.
TEST(Qlog, TextIsEscaped) {
  const std::string text = written(ConnectionClosed{Error(Errc::Closed, "say \"bye\"\\\n\x1e"), true});
  EXPECT_NE(text.find(R"("reason":"say \"bye\"\\\u000a\u001e")"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\x1e'), 1);
  EXPECT_NE(text.find("\"initiator\":\"remote\""), std::string::npos);
}

TEST(Qlog, TheHeaderNamesItsFormat) {
  const std::string text = qlog_header(Role::Gateway, "packetboat 0.1.0", "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(text.front(), '\x1e');
  EXPECT_EQ(text.back(), '\n');
  EXPECT_NE(text.find("\"serialization_format\":\"application/qlog+json-seq\""), std::string::npos);
  EXPECT_NE(text.find("\"vantage_point\":{\"type\":\"server\"}"), std::string::npos);
  EXPECT_NE(text.find("\"wall_clock_time\":\"2026-01-02T03:04:05.678Z\"}}}}"), std::string::npos) << text;
}

}  // namespace
}  // namespace booster::transport::trace
