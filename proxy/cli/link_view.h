// What `link watch` shows: the newest figures of each path, and how they went lately. Pure; a snapshot is what
// GET /v1/link answers.
#pragma once
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace proxy::cli {

// The last `width` of `values` as bars, the tallest for the largest of them, at least for `full`.
std::string sparkline(const std::deque<double>& values, std::size_t width, double full);

class LinkView {
 public:
  void take(const nlohmann::json& snapshot);

  // A line for each path, or for a link that has none now: for logs and scripts.
  std::vector<std::string> lines() const;
  // A whole screen of at most `rows` lines of `columns` characters.
  std::vector<std::string> screen(std::size_t columns, std::size_t rows) const;

 private:
  static constexpr std::size_t kKept = 512;  // samples: as wide as a terminal may be
  struct History {                           // of one path of one link
    double time = 0;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::deque<double> up;          // bits a second, used
    std::deque<double> down;        // …
    std::deque<double> round_trip;  // milliseconds
  };
  void remember(const std::string& key, const nlohmann::json& path, double time);
  const History& history_of(const std::string& key) const { return histories_.at(key); }
  void draw_path(const nlohmann::json& path, const History& history, std::size_t columns,
                 std::vector<std::string>& to) const;

  nlohmann::json newest_;
  std::map<std::string, History> histories_;
};

}  // namespace proxy::cli
