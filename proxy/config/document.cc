#include "proxy/config/document.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "booster/net/address.h"

namespace proxy::config {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {  // Levenshtein, for "did you mean"
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i <= b.size(); ++i) row[i] = i;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t cost = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);
      diagonal = row[k];
      row[k] = std::min({row[k] + 1, row[k - 1] + 1, cost});
    }
  }
  return row[b.size()];
}

std::string nearest(std::string_view wrong, const std::set<std::string>& known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t far = distance(wrong, candidate);
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// ${ENV:NAME} anywhere in a value is that variable's content.
std::optional<std::string> with_environment(std::string text, std::string& missing) {
  for (std::size_t at = text.find("${ENV:"); at != std::string::npos; at = text.find("${ENV:", at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) return text;
    const std::string name = text.substr(at + 6, end - at - 6);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      missing = name;
      return std::nullopt;
    }
    text.replace(at, end - at + 1, value);
    at += std::string_view(value).size();
  }
  return text;
}

// A number and its unit: "15m", "64 KiB".
bool split_unit(std::string_view text, std::uint64_t& number, std::string& unit) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  unit = rest;
  return true;
}

}  // namespace

std::string to_string(const std::string& file, const Mistake& mistake) {
  if (mistake.line == 0) return file + ": " + mistake.text;
  return file + ":" + std::to_string(mistake.line) + ":" + std::to_string(mistake.column) + ": " + mistake.text;
}

struct Section::State {
  YAML::Node node;
  std::set<std::string> known;
};
struct Section::Found {
  YAML::Node value;
};

Section::Section(const YAML::Node& node, std::string path, Mistakes& mistakes)
    : state_(std::make_unique<State>(State{node, {}})), path_(std::move(path)), mistakes_(mistakes) {}
Section::~Section() = default;
Section::Section(Section&&) noexcept = default;

std::string Section::name(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void Section::complain(int line, int column, std::string text) {
  if (mistakes_.size() < kMaxMistakes) mistakes_.push_back({line, column, std::move(text)});
}

std::unique_ptr<Section::Found> Section::find(std::string_view key) {
  state_->known.emplace(key);
  if (!state_->node.IsMap()) return nullptr;
  const YAML::Node value = state_->node[std::string(key)];
  if (!value.IsDefined() || value.IsNull()) return nullptr;
  return std::make_unique<Found>(Found{value});
}

bool Section::has(std::string_view key) {
  return find(key) != nullptr;
}

void Section::wrong(std::string_view key, std::string text) {
  const auto found = find(key);
  const YAML::Mark mark = found != nullptr ? found->value.Mark() : state_->node.Mark();
  complain(mark.line + 1, mark.column + 1, name(key) + ": " + std::move(text));
}

void Section::require(std::string_view key) {
  if (!has(key)) wrong(key, "is missing");
}

std::optional<std::string> Section::scalar(std::string_view key) {
  const auto found = find(key);
  if (found == nullptr) return std::nullopt;
  if (!found->value.IsScalar()) {
    wrong(key, "want one value, not a list or a mapping");
    return std::nullopt;
  }
  std::string missing;
  std::optional<std::string> text = with_environment(found->value.Scalar(), missing);
  if (!text) wrong(key, "the environment variable " + missing + " is not set");
  return text;
}

void Section::text(std::string_view key, std::string& into) {
  if (const auto value = scalar(key)) into = *value;
}

void Section::boolean(std::string_view key, bool& into) {
  const auto value = scalar(key);
  if (!value) return;
  if (*value == "true" || *value == "yes" || *value == "on") {
    into = true;
  } else if (*value == "false" || *value == "no" || *value == "off") {
    into = false;
  } else {
    wrong(key, "'" + *value + "': want true or false");
  }
}

void Section::integer(std::string_view key, std::int64_t& into, std::int64_t low, std::int64_t high) {
  const auto value = scalar(key);
  if (!value) return;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size() || number < low || number > high) {
    wrong(key, "'" + *value + "': want a number from " + std::to_string(low) + " to " + std::to_string(high));
    return;
  }
  into = number;
}

void Section::duration(std::string_view key, std::chrono::seconds& into) {
  const auto value = scalar(key);
  if (!value) return;
  std::uint64_t number = 0;
  std::string unit;
  std::uint64_t factor = 0;
  if (split_unit(*value, number, unit)) {
    if (unit == "s") factor = 1;
    if (unit == "m" || unit == "min") factor = 60;
    if (unit == "h") factor = 3600;
    if (unit == "d") factor = 86'400;
  }
  if (factor == 0 || number > 100'000'000) {
    wrong(key, "'" + *value + "': want a time with its unit, such as 30s, 15m, 2h or 7d");
    return;
  }
  into = std::chrono::seconds(number * factor);
}

void Section::size(std::string_view key, std::uint64_t& into) {
  const auto value = scalar(key);
  if (!value) return;
  static const std::vector<std::pair<std::string_view, std::uint64_t>> kUnits = {{"", 1},
                                                                                 {"B", 1},
                                                                                 {"kB", 1'000},
                                                                                 {"MB", 1'000'000},
                                                                                 {"GB", 1'000'000'000},
                                                                                 {"KiB", 1ull << 10},
                                                                                 {"MiB", 1ull << 20},
                                                                                 {"GiB", 1ull << 30}};
  std::uint64_t number = 0;
  std::string unit;
  if (split_unit(*value, number, unit) && number < (1ull << 33)) {
    for (const auto& [text, factor] : kUnits) {
      if (unit != text) continue;
      into = number * factor;
      return;
    }
  }
  wrong(key, "'" + *value + "': want a size such as 512 MiB or 20 GB");
}

void Section::host_port(std::string_view key, std::string& into) {
  const auto value = scalar(key);
  if (!value) return;
  const auto parsed = booster::net::HostPort::parse(*value);
  if (!parsed) {
    wrong(key, parsed.error().what);
    return;
  }
  into = *value;
}

void Section::texts(std::string_view key, std::vector<std::string>& into) {
  const auto found = find(key);
  if (found == nullptr) return;
  if (found->value.IsScalar()) {
    into = {found->value.Scalar()};
    return;
  }
  if (!found->value.IsSequence()) {
    wrong(key, "want a list");
    return;
  }
  into.clear();
  for (const YAML::Node& element : found->value) {
    if (element.IsScalar()) {
      into.push_back(element.Scalar());
    } else {
      complain(element.Mark().line + 1, element.Mark().column + 1, name(key) + ": want a list of texts");
    }
  }
}

bool Section::pick(std::string_view key, const std::vector<std::string_view>& names, std::size_t& index) {
  const auto value = scalar(key);
  if (!value) return false;
  for (index = 0; index < names.size(); ++index)
    if (names[index] == *value) return true;
  std::string all;
  for (const std::string_view option : names) all += (all.empty() ? "" : ", ") + std::string(option);
  wrong(key, "'" + *value + "': want one of " + all);
  return false;
}

void Section::section(std::string_view key, const std::function<void(Section&)>& read) {
  const auto found = find(key);
  if (found == nullptr) return;
  if (!found->value.IsMap()) {
    wrong(key, "want a mapping of keys, indented below it");
    return;
  }
  Section inner(found->value, name(key), mistakes_);
  read(inner);
  inner.finish();
}

void Section::each_section(std::string_view key, const std::function<void(Section&)>& read) {
  const auto found = find(key);
  if (found == nullptr) return;
  if (!found->value.IsSequence()) {
    wrong(key, "want a list, each element beginning with '- '");
    return;
  }
  std::size_t index = 0;
  for (const YAML::Node& element : found->value) {
    const std::string path = name(key) + "[" + std::to_string(index++) + "]";
    if (!element.IsMap()) {
      complain(element.Mark().line + 1, element.Mark().column + 1, path + ": want a mapping of keys");
      continue;
    }
    Section inner(element, path, mistakes_);
    read(inner);
    inner.finish();
  }
}

void Section::finish() {
  if (!state_->node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& pair : state_->node) {
    if (!pair.first.IsScalar()) continue;
    const std::string key = pair.first.Scalar();
    const YAML::Mark mark = pair.first.Mark();
    if (!seen.insert(key).second) complain(mark.line + 1, mark.column + 1, name(key) + ": stands twice");
    if (state_->known.contains(key)) continue;
    const std::string guess = nearest(key, state_->known);
    complain(mark.line + 1, mark.column + 1,
             name(key) + ": unknown key" +
                 (guess.empty() ? "; known here: " + joined(state_->known) : "; did you mean " + guess + "?"));
  }
}

std::vector<Mistake> read_text(const std::string& text, const std::function<void(Section&)>& read) {
  std::vector<Mistake> mistakes;
  try {
    YAML::Node root = YAML::Load(text);
    if (root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
    if (!root.IsMap()) {
      mistakes.push_back({1, 1, "want a mapping of keys at the top"});
      return mistakes;
    }
    Section top(root, "", mistakes);
    read(top);
    top.finish();
  } catch (const YAML::Exception& error) {
    mistakes.push_back({error.mark.line + 1, error.mark.column + 1, "no YAML: " + error.msg});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return mistakes;
}

Result<std::vector<Mistake>> read_document(const std::string& file, const std::function<void(Section&)>& read) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::NotFound, "open " + file + ": no such file, or not readable");
  std::string text(kMaxConfigFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail(Errc::Io, "read " + file);
  if (text.size() > kMaxConfigFile) return fail(Errc::Limit, "read " + file + ": larger than 1 MiB");
  return read_text(text, read);
}

Result<> no_mistakes(const std::string& file, const std::vector<Mistake>& mistakes) {
  if (mistakes.empty()) return {};
  std::string all;
  for (const Mistake& mistake : mistakes) all += (all.empty() ? "" : "\n") + to_string(file, mistake);
  return fail(Errc::Protocol, all);
}

}  // namespace proxy::config
