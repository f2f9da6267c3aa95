#include "proxy/cli/link_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "proxy/cli/output.h"

namespace proxy::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLabel = 28;  // columns before a sparkline
constexpr double kLeastRate = 1e5;  // bits a second: less than this looks like less

std::string text_of(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_string() ? found->get<std::string>() : "";
}

double number(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_number() ? found->get<double>() : 0;
}

std::uint64_t count(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool flag(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_boolean() && found->get<bool>();
}

std::string mbit(double bits_per_second) {
  return fmt::format("{:.2f} Mbit/s", bits_per_second / 1e6);
}

std::string percent(double share) {
  return fmt::format("{:.2f} %", share * 100);
}

std::string round_trip_text(const json& path) {
  if (number(path, "round_trip_ms") == 0) return "rtt not known";
  return fmt::format("rtt {:.1f} ms (least {:.1f})", number(path, "round_trip_ms"),
                     number(path, "least_round_trip_ms"));
}

std::string rate_text(const json& path) {
  const double rate = number(path, "rate");
  return rate > 0 ? "rate " + mbit(rate) : "rate not known";
}

// By kind, where somebody tells them apart.
std::string loss_text(const json& path) {
  const double all = number(path, "loss");
  const auto radio = path.find("radio_loss");
  if (radio == path.end() || !radio->is_number()) return "lost " + percent(all);
  const double by_radio = std::min(radio->get<double>(), all);
  return fmt::format("lost {} (radio {}, rate {})", percent(all), percent(by_radio), percent(all - by_radio));
}

std::string flags_text(const json& path) {
  std::string text;
  for (const char* name : {"policed", "rivals", "silent"}) {
    if (flag(path, name)) text += std::string(", ") + name;
  }
  return text;
}

std::string clock_text(double unix_seconds) {
  const auto whole = static_cast<std::time_t>(unix_seconds);
  const int tenths = static_cast<int>((unix_seconds - std::floor(unix_seconds)) * 10);
  return fmt::format("{:%H:%M:%S}.{}", fmt::localtime(whole), tenths);
}

std::string key_of(const json& link, const json& path) {
  return text_of(link, "id") + "/" + text_of(link, "carrier") + "/" + std::to_string(count(path, "id"));
}

std::string link_text(const json& link) {
  const std::string carrier = text_of(link, "carrier");
  std::string text = fmt::format("{}  {}{}", text_of(link, "id"), text_of(link, "state"),
                                 text_of(link, "peer").empty() ? "" : " with " + text_of(link, "peer"));
  if (!carrier.empty()) text += fmt::format(" over {}, moves {}", carrier, count(link, "moves"));
  return text;
}

void keep(std::deque<double>& in, double value, std::size_t most) {
  in.push_back(value);
  if (in.size() > most) in.pop_front();
}

double newest(const std::deque<double>& of) {
  return of.empty() ? 0 : of.back();
}

// Characters, not octets.
std::string cut(const std::string& text, std::size_t columns) {
  std::size_t shown = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && ++shown > columns) return text.substr(0, at);
  }
  return text;
}

}  // namespace

std::string sparkline(const std::deque<double>& values, std::size_t width, double full) {
  static constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t shown = std::min(width, values.size());
  const auto first = values.end() - static_cast<std::ptrdiff_t>(shown);
  for (auto value = first; value != values.end(); ++value) full = std::max(full, *value);
  std::string line;
  for (auto value = first; value != values.end(); ++value) {
    const double share = full > 0 ? std::max(*value, 0.) / full : 0;
    line += kBars[std::min<std::size_t>(static_cast<std::size_t>(share * std::size(kBars)), std::size(kBars) - 1)];
  }
  return line;
}

void LinkView::take(const json& snapshot) {
  newest_ = snapshot;
  std::map<std::string, History> before = std::exchange(histories_, {});
  for (const json& link : newest_.value("links", json::array())) {
    for (const json& path : link.value("paths", json::array())) {
      const std::string key = key_of(link, path);
      if (auto known = before.extract(key)) histories_.insert(std::move(known));
      remember(key, path, number(newest_, "time"));
    }
  }
}

// Counts that fell are of another connection; then this sample is the first.
void LinkView::remember(const std::string& key, const json& path, double time) {
  History& history = histories_[key];
  const std::uint64_t sent = count(path, "bytes_sent");
  const std::uint64_t received = count(path, "bytes_received");
  const double passed = time - history.time;
  if (history.time > 0 && passed > 0 && sent >= history.sent && received >= history.received) {
    keep(history.up, static_cast<double>(sent - history.sent) * 8 / passed, kKept);
    keep(history.down, static_cast<double>(received - history.received) * 8 / passed, kKept);
  }
  keep(history.round_trip, number(path, "round_trip_ms"), kKept);
  history.time = time;
  history.sent = sent;
  history.received = received;
}

std::vector<std::string> LinkView::lines() const {
  std::vector<std::string> lines;
  const std::string clock = clock_text(number(newest_, "time"));
  for (const json& link : newest_.value("links", json::array())) {
    const json paths = link.value("paths", json::array());
    if (paths.empty()) lines.push_back(clock + " " + link_text(link));
    for (const json& path : paths) {
      const History& history = history_of(key_of(link, path));
      lines.push_back(fmt::format(
          "{} {}  path {}{}: up {}, down {}, {}, {}, queue {:.1f} ms, {}, in flight {}, copies {}{}", clock,
          link_text(link), count(path, "id"), flag(path, "in_use") ? "" : " (not in use)", mbit(newest(history.up)),
          mbit(newest(history.down)), rate_text(path), round_trip_text(path), number(path, "queue_ms"), loss_text(path),
          bytes_text(count(path, "in_flight")), count(path, "copies"), flags_text(path)));
    }
  }
  return lines;
}

void LinkView::draw_path(const json& path, const History& history, std::size_t columns,
                         std::vector<std::string>& to) const {
  const std::uint64_t window = count(path, "window");
  to.push_back(fmt::format("  path {}{}   {}   {}   queue {:.1f} ms   datagrams of {}", count(path, "id"),
                           flag(path, "in_use") ? "" : " (not in use)", rate_text(path), round_trip_text(path),
                           number(path, "queue_ms"), count(path, "datagram")));
  to.push_back(fmt::format("  {}{}   {} lost ({} arrived)   {} copies   in flight {}{}", loss_text(path),
                           flags_text(path), count(path, "packets_lost"), count(path, "spurious_losses"),
                           count(path, "copies"), bytes_text(count(path, "in_flight")),
                           window > 0 ? " of " + bytes_text(window) : ""));
  const std::size_t width = columns > kLabel ? columns - kLabel : 0;
  const double full = std::max(kLeastRate, number(path, "rate"));
  const auto graph = [&](const char* name, const std::string& now, const std::deque<double>& values, double most) {
    to.push_back(fmt::format("    {:<5}{:<{}}{}", name, now, kLabel - 9, sparkline(values, width, most)));
  };
  graph("up", mbit(newest(history.up)), history.up, full);
  graph("down", mbit(newest(history.down)), history.down, kLeastRate);
  graph("rtt", fmt::format("{:.1f} ms", newest(history.round_trip)), history.round_trip, 0);
}

std::vector<std::string> LinkView::screen(std::size_t columns, std::size_t rows) const {
  std::vector<std::string> drawn;
  drawn.push_back(fmt::format("packetboat {}   {}", text_of(newest_, "side"), clock_text(number(newest_, "time"))));
  const json links = newest_.value("links", json::array());
  if (links.empty()) drawn.push_back("no session");
  for (const json& link : links) {
    drawn.push_back(link_text(link));
    for (const json& path : link.value("paths", json::array())) {
      draw_path(path, history_of(key_of(link, path)), columns, drawn);
    }
  }
  const json trace = newest_.value("trace", json::object());
  if (flag(trace, "on")) {
    drawn.push_back(fmt::format("trace {}: {} events, {} dropped", text_of(trace, "file"), count(trace, "events"),
                                count(trace, "dropped")));
  }
  if (drawn.size() > rows) drawn.resize(rows);
  for (std::string& line : drawn) line = cut(line, columns);
  return drawn;
}

}  // namespace proxy::cli
