// Message flags: system flags as bits, keywords as validated atoms.            Source: RFC 9051 §2.3.2
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"

namespace proxy::imap {

enum class SystemFlag : std::uint8_t { Seen = 1, Answered = 2, Flagged = 4, Deleted = 8, Draft = 16, Recent = 32 };

// flag = "\Answered" / ... / flag-keyword / flag-extension ("\" atom).   Shape  spelling kept, compared without case
class Flag {
 public:
  Flag(SystemFlag flag) : system_(static_cast<std::uint8_t>(flag)) {}

  bool is_system() const { return system_ != 0; }
  SystemFlag system() const { return static_cast<SystemFlag>(system_); }  // only when is_system()
  std::string_view text() const;                                          // "\Seen", "$Forwarded"
  friend bool operator==(const Flag& a, const Flag& b);

 private:
  friend class FlagSet;
  friend Result<Flag> make_flag(std::string_view);
  explicit Flag(std::string keyword) : keyword_(std::move(keyword)) {}
  std::uint8_t system_ = 0;
  std::string keyword_;
};
Result<Flag> make_flag(std::string_view text);  // Errors  Protocol: not a flag · Limit: kMaxFlag

// A set of flags with one order: system flags as in SystemFlag, then keywords by their lower-case spelling.
class FlagSet {
 public:
  FlagSet() = default;
  FlagSet(std::initializer_list<SystemFlag> flags);

  Result<> add(const Flag& flag);  // Errors  Limit: more than kMaxFlags keywords
  void add(SystemFlag flag) { bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(flag)); }
  void remove(const Flag& flag);
  bool has(const Flag& flag) const;
  bool has(SystemFlag flag) const { return (bits_ & static_cast<std::uint8_t>(flag)) != 0; }
  bool empty() const { return bits_ == 0 && keywords_.empty(); }
  std::size_t size() const;

  std::uint8_t system_bits() const { return bits_; }
  const std::vector<std::string>& keywords() const { return keywords_; }  // sorted, each once
  std::vector<Flag> flags() const;
  Result<> unite(const FlagSet& other);
  void subtract(const FlagSet& other);
  friend bool operator==(const FlagSet& a, const FlagSet& b);

 private:
  std::uint8_t bits_ = 0;
  std::vector<std::string> keywords_;
};

std::string write_flags(const FlagSet& flags);  // "(\Seen $Forwarded)"

}  // namespace proxy::imap
