#include "proxy/imap/flags.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "proxy/imap/limits.h"
#include "proxy/imap/types.h"

namespace proxy::imap {
namespace {

constexpr std::array<std::pair<SystemFlag, std::string_view>, 6> kSystemFlags{{{SystemFlag::Seen, "\\Seen"},
                                                                               {SystemFlag::Answered, "\\Answered"},
                                                                               {SystemFlag::Flagged, "\\Flagged"},
                                                                               {SystemFlag::Deleted, "\\Deleted"},
                                                                               {SystemFlag::Draft, "\\Draft"},
                                                                               {SystemFlag::Recent, "\\Recent"}}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return lower(x) < lower(y); });
}

}  // namespace

std::string_view Flag::text() const {
  for (const auto& [flag, name] : kSystemFlags) {
    if (static_cast<std::uint8_t>(flag) == system_) return name;
  }
  return keyword_;
}

bool operator==(const Flag& a, const Flag& b) {
  return a.system_ == b.system_ && equal_no_case(a.keyword_, b.keyword_);
}

Result<Flag> make_flag(std::string_view text) {
  if (text.size() > kMaxFlag) return fail(Errc::Limit, "a flag is too long");
  for (const auto& [flag, name] : kSystemFlags) {
    if (equal_no_case(text, name)) return Flag(flag);
  }
  TRY(make_atom(text.starts_with('\\') ? text.substr(1) : text));
  return Flag(std::string(text));
}

FlagSet::FlagSet(std::initializer_list<SystemFlag> flags) {
  for (SystemFlag flag : flags) add(flag);
}

Result<> FlagSet::add(const Flag& flag) {
  if (flag.is_system()) {
    add(flag.system());
    return {};
  }
  const auto at = std::lower_bound(keywords_.begin(), keywords_.end(), flag.text(), before);
  if (at != keywords_.end() && equal_no_case(*at, flag.text())) return {};
  if (keywords_.size() >= kMaxFlags) return fail(Errc::Limit, "too many flags");
  keywords_.insert(at, std::string(flag.text()));
  return {};
}

void FlagSet::remove(const Flag& flag) {
  if (flag.is_system()) {
    bits_ = static_cast<std::uint8_t>(bits_ & ~static_cast<std::uint8_t>(flag.system()));
    return;
  }
  const auto at = std::lower_bound(keywords_.begin(), keywords_.end(), flag.text(), before);
  if (at != keywords_.end() && equal_no_case(*at, flag.text())) keywords_.erase(at);
}

bool FlagSet::has(const Flag& flag) const {
  if (flag.is_system()) return has(flag.system());
  const auto at = std::lower_bound(keywords_.begin(), keywords_.end(), flag.text(), before);
  return at != keywords_.end() && equal_no_case(*at, flag.text());
}

std::size_t FlagSet::size() const {
  std::size_t count = keywords_.size();
  for (const auto& [flag, name] : kSystemFlags) count += has(flag) ? 1 : 0;
  return count;
}

std::vector<Flag> FlagSet::flags() const {
  std::vector<Flag> out;
  for (const auto& [flag, name] : kSystemFlags) {
    if (has(flag)) out.emplace_back(flag);
  }
  for (const std::string& keyword : keywords_) out.push_back(Flag(keyword));
  return out;
}

Result<> FlagSet::unite(const FlagSet& other) {
  std::vector<std::string> all;
  std::set_union(keywords_.begin(), keywords_.end(), other.keywords_.begin(), other.keywords_.end(),
                 std::back_inserter(all), before);
  if (all.size() > kMaxFlags) return fail(Errc::Limit, "too many flags");
  keywords_ = std::move(all);
  bits_ = static_cast<std::uint8_t>(bits_ | other.bits_);
  return {};
}

void FlagSet::subtract(const FlagSet& other) {
  std::vector<std::string> left;
  std::set_difference(keywords_.begin(), keywords_.end(), other.keywords_.begin(), other.keywords_.end(),
                      std::back_inserter(left), before);
  keywords_ = std::move(left);
  bits_ = static_cast<std::uint8_t>(bits_ & ~other.bits_);
}

bool operator==(const FlagSet& a, const FlagSet& b) {
  return a.bits_ == b.bits_ &&
         std::equal(a.keywords_.begin(), a.keywords_.end(), b.keywords_.begin(), b.keywords_.end(), equal_no_case);
}

std::string write_flags(const FlagSet& flags) {
  std::string out = "(";
  const auto put = [&](std::string_view name) {
    if (out.size() > 1) out.push_back(' ');
    out.append(name);
  };
  for (const auto& [flag, name] : kSystemFlags) {
    if (flags.has(flag)) put(name);
  }
  for (const std::string& keyword : flags.keywords()) put(keyword);
  out.push_back(')');
  return out;
}

}  // namespace proxy::imap
