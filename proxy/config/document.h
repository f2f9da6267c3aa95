// A YAML file read key by key: every mistake is kept with its place and its remedy, unknown keys are mistakes.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"

namespace YAML {
class Node;
}

namespace proxy::config {

struct Mistake {
  int line = 0;      // from 1; 0: the file as a whole
  int column = 0;    // from 1
  std::string text;  // what is wrong and what would be right
};
// "client.yaml:3:7: faces.imap: want host:port, such as 127.0.0.1:1143"
std::string to_string(const std::string& file, const Mistake& mistake);

constexpr std::size_t kMaxConfigFile = 1u << 20;
constexpr std::size_t kMaxMistakes = 100;  // shown; more help nobody

// One mapping of the file. Absent keys leave `into` as it is: the default.
class Section {
 public:
  using Mistakes = std::vector<Mistake>;
  Section(const YAML::Node& node, std::string path, Mistakes& mistakes);
  ~Section();
  Section(Section&&) noexcept;

  bool has(std::string_view key);
  void text(std::string_view key, std::string& into);
  void boolean(std::string_view key, bool& into);
  void integer(std::string_view key, std::int64_t& into, std::int64_t low, std::int64_t high);
  template <class T>
  void number(std::string_view key, T& into, std::int64_t low, std::int64_t high) {
    auto wide = static_cast<std::int64_t>(into);
    integer(key, wide, low, high);
    into = static_cast<T>(wide);
  }
  void duration(std::string_view key, std::chrono::seconds& into);   // 90s, 15m, 2h, 30d
  void size(std::string_view key, std::uint64_t& into);              // 512, 64 KiB, 2 GB
  void host_port(std::string_view key, std::string& into);           // checked, kept as text
  void texts(std::string_view key, std::vector<std::string>& into);  // a list, or one
  template <class E>
  void choice(std::string_view key, E& into, const std::vector<std::pair<std::string_view, E>>& choices) {
    std::vector<std::string_view> names;
    names.reserve(choices.size());
    std::size_t index = choices.size();
    for (const auto& [name, value] : choices) names.push_back(name);
    if (pick(key, names, index)) into = choices[index].second;
  }
  void section(std::string_view key, const std::function<void(Section&)>& read);
  void each_section(std::string_view key, const std::function<void(Section&)>& read);

  void require(std::string_view key);                  // a mistake when it is not there
  void wrong(std::string_view key, std::string text);  // at the key's value, or at the section
  void finish();                                       // complains about keys that nobody asked for
  const std::string& path() const { return path_; }

 private:
  struct Found;
  std::unique_ptr<Found> find(std::string_view key);
  std::optional<std::string> scalar(std::string_view key);
  bool pick(std::string_view key, const std::vector<std::string_view>& names, std::size_t& index);
  void complain(int line, int column, std::string text);
  std::string name(std::string_view key) const;

  struct State;
  std::unique_ptr<State> state_;
  std::string path_;
  Mistakes& mistakes_;
};

// Reads the file and hands its top mapping to `read`.
//   Shape   the mistakes, in the order of the file; none: it is good
//   Errors  NotFound, Io, Limit: the file itself
Result<std::vector<Mistake>> read_document(const std::string& file, const std::function<void(Section&)>& read);
std::vector<Mistake> read_text(const std::string& text, const std::function<void(Section&)>& read);

// All mistakes as one Error, a line each.
Result<> no_mistakes(const std::string& file, const std::vector<Mistake>& mistakes);

}  // namespace proxy::config
