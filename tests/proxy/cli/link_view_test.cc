#include "proxy/cli/link_view.h"

#include <gtest/gtest.h>

#include "tests/proxy/cli/link_rows.h"

namespace proxy::cli {
namespace {

using nlohmann::json;

json snapshot_of(double time, const std::vector<LinkRow>& rows) {
  json snapshot = {{"side", "client"}, {"time", time}, {"links", json::array()}, {"trace", {{"on", false}}}};
  for (const LinkRow& row : rows) snapshot["links"].push_back(to_json(row));
  return snapshot;
}

LinkRow row_after(std::uint64_t sent, std::uint64_t received) {
  LinkRow row = row_over_udp();
  row.carrier->paths[0].bytes_sent += sent;
  row.carrier->paths[0].bytes_received += received;
  row.carrier->paths.resize(1);
  return row;
}

bool shows(const std::string& line, std::string_view what) {
  return line.find(what) != std::string::npos;
}

TEST(LinkView, ALineHoldsEveryFigure) {
  LinkView view;
  view.take(snapshot_of(1000, {row_after(0, 0)}));
  view.take(snapshot_of(1000.5, {row_after(500'000, 10'000)}));
  const std::vector<std::string> lines = view.lines();
  ASSERT_EQ(lines.size(), 1U);
  for (const char* part : {"client  connected with gateway.example:443 over udp, moves 4  path 2: ", "up 8.00 Mbit/s",
                           "down 0.16 Mbit/s", "rate 9.80 Mbit/s", "rtt 41.5 ms (least 40.0)", "queue 1.5 ms",
                           "lost 1.25 % (radio 1.00 %, rate 0.25 %)", "in flight 49.0 kB", "copies 7", ", policed"}) {
    EXPECT_TRUE(shows(lines[0], part)) << part << " in " << lines[0];
  }
}

TEST(LinkView, OverTlsLossHasOneKind) {
  LinkView view;
  view.take(snapshot_of(1000, {row_over_tls()}));
  EXPECT_TRUE(shows(view.lines().at(0), "lost 2.00 %, in flight")) << view.lines()[0];
  EXPECT_TRUE(shows(view.lines()[0], "over tls"));
}

// A new connection counts from nothing: no rate of a million Mbit/s.
TEST(LinkView, AnotherConnectionBeginsAnew) {
  LinkView view;
  view.take(snapshot_of(1000, {row_after(1'000'000, 0)}));
  view.take(snapshot_of(1001, {row_after(2'000'000, 0)}));
  EXPECT_TRUE(shows(view.lines()[0], "up 8.00 Mbit/s"));
  LinkRow begun = row_after(0, 0);
  begun.carrier->paths[0].bytes_sent = 10;
  view.take(snapshot_of(1002, {begun}));
  EXPECT_TRUE(shows(view.lines()[0], "up 8.00 Mbit/s")) << "the last known";
  begun.carrier->paths[0].bytes_sent = 125'010;
  view.take(snapshot_of(1003, {begun}));
  EXPECT_TRUE(shows(view.lines()[0], "up 1.00 Mbit/s")) << view.lines()[0];
}

TEST(LinkView, ALinkWithoutACarrierIsALineToo) {
  client::LinkStatus link;
  link.state = "connecting";
  LinkView view;
  view.take(snapshot_of(1000, {row_of(link)}));
  ASSERT_EQ(view.lines().size(), 1U);
  EXPECT_TRUE(shows(view.lines()[0], "client  connecting"));
  view.take(snapshot_of(1001, {}));
  EXPECT_TRUE(view.lines().empty());
  EXPECT_EQ(view.screen(80, 24).at(1), "no session");
}

std::size_t characters(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(
      line.begin(), line.end(), [](char each) { return (static_cast<unsigned char>(each) & 0xc0) != 0x80; }));
}

TEST(LinkView, TheScreenStaysWithinTheTerminal) {
  LinkView view;
  for (int i = 0; i < 1000; ++i) {
    view.take(snapshot_of(1000 + i * .2, {row_after(static_cast<std::uint64_t>(i) * 10'000, 0), row_over_tls()}));
  }
  for (const std::size_t columns : {20U, 80U, 300U}) {
    for (const std::size_t rows : {1U, 5U, 40U}) {
      const std::vector<std::string> drawn = view.screen(columns, rows);
      EXPECT_LE(drawn.size(), rows);
      for (const std::string& line : drawn) EXPECT_LE(characters(line), columns) << line;
    }
  }
  EXPECT_EQ(characters(view.screen(120, 40)[4]), 120U) << "the graph reaches to the edge";
}

TEST(Sparkline, TheLargestIsTheTallest) {
  EXPECT_EQ(sparkline({0, 4, 8}, 10, 0), "▁▅█");
  EXPECT_EQ(sparkline({0, 4, 8}, 2, 16), "▃▅");
  EXPECT_EQ(sparkline({0, 0}, 10, 0), "▁▁");
  EXPECT_EQ(sparkline({}, 10, 1), "");
}

}  // namespace
}  // namespace proxy::cli
