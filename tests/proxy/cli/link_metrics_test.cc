#include "proxy/cli/link_metrics.h"

#include <gtest/gtest.h>

#include "tests/proxy/cli/link_rows.h"

namespace proxy::cli {
namespace {

bool has_metric(const std::string& text, const std::string& row) {
  return text.find("\n" + row + "\n") != std::string::npos;
}

TEST(LinkMetrics, TellEachPathOfEachLink) {
  const std::string text = link_metrics({row_over_udp(), row_over_tls()}, {});
  const std::string udp = R"({link="client",peer="gateway.example:443",carrier="udp",path="2"})";
  const std::string tls = R"({link="a1b2c3d4",peer="laptop",carrier="tls",path="0"})";
  EXPECT_TRUE(has_metric(text, "packetboat_path_rate_bits_per_second" + udp + " 9800000")) << text;
  EXPECT_TRUE(has_metric(text, "packetboat_path_round_trip_seconds" + udp + " 0.0415"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_queue_seconds" + udp + " 0.0015"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_loss_ratio" + udp + " 0.0125"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_radio_loss_ratio" + udp + " 0.01"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_policed" + udp + " 1"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_copies_total" + udp + " 7"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_sent_bytes_total" + udp + " 1000000"));
  EXPECT_TRUE(has_metric(text, "packetboat_path_loss_ratio" + tls + " 0.02"));
  EXPECT_FALSE(has_metric(text, "packetboat_path_radio_loss_ratio" + tls + " 0"));
  EXPECT_TRUE(has_metric(text, R"(packetboat_link_moves_total{link="client",carrier="udp"} 4)"));
  EXPECT_TRUE(has_metric(text, R"(packetboat_link_sessions_total{link="client"} 1)"));
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

TEST(LinkMetrics, ALinkThatIsDownIsThere) {
  client::LinkStatus link;
  link.gateway = "gateway.example:443";
  link.state = "down";
  const std::string text =
      link_metrics({row_of(link)}, {.on = true, .file = "", .events = 0, .dropped = 0, .ended_by = {}});
  EXPECT_TRUE(has_metric(text, R"(packetboat_link_up{link="client",peer="gateway.example:443",carrier=""} 0)"));
  EXPECT_TRUE(has_metric(text, "packetboat_trace_on 1"));
}

}  // namespace
}  // namespace proxy::cli
