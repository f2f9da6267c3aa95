#include "proxy/admin/open_metrics.h"

#include <gtest/gtest.h>

namespace proxy::admin {
namespace {

TEST(OpenMetrics, WritesFamiliesAndTheEnd) {
  MetricFamily rate("packetboat_path_rate_bits_per_second", MetricFamily::Kind::Gauge, "", "What it takes.");
  rate.add({{"link", "a"}, {"path", "0"}}, 10'000'000);
  rate.add({{"link", "b"}, {"path", "1"}}, .5);
  MetricFamily sent("packetboat_path_sent_bytes", MetricFamily::Kind::Counter, "bytes", "Sent.");
  sent.add({}, 4'294'967'296);
  const MetricFamily none("packetboat_none", MetricFamily::Kind::Gauge, "", "Nothing.");
  EXPECT_EQ(open_metrics({rate, none, sent}),
            "# TYPE packetboat_path_rate_bits_per_second gauge\n"
            "# HELP packetboat_path_rate_bits_per_second What it takes.\n"
            "packetboat_path_rate_bits_per_second{link=\"a\",path=\"0\"} 10000000\n"
            "packetboat_path_rate_bits_per_second{link=\"b\",path=\"1\"} 0.5\n"
            "# TYPE packetboat_path_sent_bytes counter\n"
            "# UNIT packetboat_path_sent_bytes bytes\n"
            "# HELP packetboat_path_sent_bytes Sent.\n"
            "packetboat_path_sent_bytes_total 4294967296\n"
            "# EOF\n");
}

// A device may be called anything.
TEST(OpenMetrics, LabelsAreEscaped) {
  MetricFamily family("m", MetricFamily::Kind::Gauge, "", "h");
  family.add({{"peer", "a\"b\\c\nd"}}, 1);
  EXPECT_NE(open_metrics({family}).find("m{peer=\"a\\\"b\\\\c\\nd\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace proxy::admin
