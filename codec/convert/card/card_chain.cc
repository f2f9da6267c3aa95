#include "codec/convert/card/card_chain.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "codec/convert/card/content_lines.h"
#include "codec/convert/card/layout.h"
#include "codec/convert/card/limits.h"
#include "codec/property/encode.h"

namespace codec::convert::card {
namespace {

using property::Chain;
using property::Value;

constexpr std::string_view kBegin = "BEGIN:";
constexpr std::string_view kEnd = "END:";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // some programs put it before the first line

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// begin = [BOM] "BEGIN:" name      The name; none: another line.
std::optional<std::string_view> begun_by(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (!starts_with_name(line, kBegin)) return std::nullopt;
  return line.substr(kBegin.size());
}

struct Open {
  Id id;
  std::string_view name;  // behind "BEGIN:"
  Chain chain;
};

class ChainBuilder {
 public:
  explicit ChainBuilder(const ContentLines& lines) : lines_(lines) { open_.emplace_back(); }

  Result<Chain> run();

 private:
  Result<> take(std::string_view line);
  Result<> begin(std::string_view line, std::string_view name);
  bool end(std::string_view line);
  void close();
  void add_line(std::string_view line);
  Chain& inner() { return open_.back().chain; }

  const ContentLines& lines_;
  std::vector<Open> open_;  // the first is the card itself
  bool any_ = false;
};

Result<> ChainBuilder::begin(std::string_view line, std::string_view name) {
  if (open_.size() > kMaxNesting) return fail(Errc::Limit, "card: components nested too deep");
  const Id id = line.starts_with(kBegin) ? component_of(name) : 0;
  open_.push_back({id ? id : kOtherComponent.id, name, {}});
  if (!id) inner().add(kBeginLine, as_bytes(line));
  any_ = true;
  return {};
}

void ChainBuilder::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  inner().add(done.id, Value::of_chain(std::move(done.chain)));
}

// An END of another component than the innermost is a line like others: half of what such writers open never closes.
bool ChainBuilder::end(std::string_view line) {
  const std::string_view name = line.substr(kEnd.size());
  if (open_.size() == 1 || !same_name(without_blanks(name), without_blanks(open_.back().name))) return false;
  if (!line.starts_with(kEnd) || name != open_.back().name) inner().add(kEndLine, as_bytes(line));
  close();
  return true;
}

void ChainBuilder::add_line(std::string_view line) {
  const std::size_t name = std::min(line.find_first_of(":;"), line.size());
  const Id id = name < line.size() ? line_of(line.substr(0, name)) : 0;
  if (id) {
    inner().add(id, Value::of_bytes(to_bytes(line.substr(name))));
  } else {
    inner().add(kOtherLine, as_bytes(line));
  }
}

Result<> ChainBuilder::take(std::string_view line) {
  if (const auto name = begun_by(line)) return begin(line, *name);
  if (!starts_with_name(line, kEnd) || !end(line)) add_line(line);
  return {};
}

Result<Chain> ChainBuilder::run() {
  if (Bytes layout = encode_layout(lines_); !layout.empty()) inner().add(kLayout, std::move(layout));
  for (std::size_t i = 0; i < lines_.size(); ++i) TRY(take(lines_[i]));
  if (!any_) return fail(Errc::Unsupported, "card: no component");
  while (open_.size() > 1) {
    inner().add(kUnended, 1);
    close();
  }
  return std::move(inner());
}

// Gives the lines of a chain to `Sink`, from front to back.
template <class Sink>
class ChainReader {
 public:
  explicit ChainReader(Sink sink) : sink_(std::move(sink)) {}

  Result<> entries(const Chain& chain, std::size_t depth) {
    for (const property::Entry& entry : chain.entries()) TRY(take(entry, depth));
    return {};
  }
  Result<> take(const property::Entry& entry, std::size_t depth) {
    if (entry.value.type() == Type::Chain) return component(entry, depth + 1);
    if (entry.id == kLayout.id || entry.id == kBeginLine.id || entry.id == kEndLine.id || entry.id == kUnended.id)
      return {};
    if (entry.value.type() != Type::Bytes) return fail(Errc::Protocol, "card: a line that is no bytes");
    const std::string_view rest = as_text(entry.value.view<Type::Bytes>());
    if (entry.id == kOtherLine.id) return sink_(rest);
    const std::string_view name = line_name(entry.id);
    if (name.empty()) return fail(Errc::Protocol, "card: a line of no known name");
    return sink_(joined(name, rest));
  }

 private:
  Result<> component(const property::Entry& entry, std::size_t depth);
  std::string_view joined(std::string_view a, std::string_view b) {
    line_.assign(a);
    line_ += b;
    return line_;
  }

  Sink sink_;
  std::string line_;
};

template <class Sink>
Result<> ChainReader<Sink>::component(const property::Entry& entry, std::size_t depth) {
  if (depth > kMaxNesting) return fail(Errc::Limit, "card: components nested too deep");
  const Chain& chain = *entry.value.template view<Type::Chain>();
  const std::string_view known = component_name(entry.id);
  if (known.empty() && entry.id != kOtherComponent.id) return fail(Errc::Protocol, "card: an unknown component");
  std::string begin = std::string(kBegin) + std::string(known);
  if (known.empty()) {
    TRY_ASSIGN(const ByteView line, chain.require(kBeginLine));
    begin = codec::to_string(line);
  }
  const auto name = begun_by(begin);
  if (!name) return fail(Errc::Protocol, "card: a begin_line that is none");
  TRY(sink_(begin));
  TRY(entries(chain, depth));
  TRY_ASSIGN(const std::optional<ByteView> end, chain.get(kEndLine));
  if (end) return sink_(as_text(*end));
  TRY_ASSIGN(const std::uint64_t unended, chain.get_or(kUnended, 0));
  if (unended) return {};
  return sink_(joined(kEnd, *name));
}

std::size_t properties_of(const Chain& chain) {
  std::size_t count = chain.size();
  for (const property::Entry& entry : chain.entries())
    if (entry.value.type() == Type::Chain) count += properties_of(*entry.value.view<Type::Chain>());
  return count;
}

// A peer decodes it with the limits of any message.
Result<> check_size(const Chain& chain) {
  if (properties_of(chain) > property::kMaxMessageProperties) return fail(Errc::Limit, "card: too many lines");
  if (property::encoded_size(chain) > property::kMaxMessageChain)
    return fail(Errc::Limit, "card: its chain is too long");
  return {};
}

}  // namespace

Result<Chain> to_chain(std::string_view text) {
  TRY_ASSIGN(const ContentLines lines, read_lines(text));
  TRY_ASSIGN(Chain chain, ChainBuilder(lines).run());
  TRY(check_size(chain));
  TRY_ASSIGN(const std::string again, to_text(chain));
  if (again != text) return fail(Errc::Unsupported, "card: does not come back");
  return chain;
}

Result<std::string> to_text(const Chain& chain) {
  TRY_ASSIGN(const ByteView layout, chain.get_or(kLayout, {}));
  TRY_ASSIGN(LineWriter writer, LineWriter::make(layout));
  TRY(ChainReader([&](std::string_view line) { return writer.write(line); }).entries(chain, 0));
  return writer.finish();
}

bool is_component(const property::Entry& entry, const Property<Type::Chain>& which) {
  if (entry.value.type() != Type::Chain) return false;
  if (entry.id != kOtherComponent.id) return entry.id == which.id;
  const Value* line = entry.value.view<Type::Chain>()->find(kBeginLine.id);
  if (!line || line->type() != Type::Bytes) return false;
  const auto name = begun_by(as_text(line->view<Type::Bytes>()));
  return name && same_name(without_blanks(*name), which.name);
}

}  // namespace codec::convert::card
