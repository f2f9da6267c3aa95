// Sets of named bits: mailbox attributes of LIST, items of STATUS.               Source: RFC 9051 §7.3.1, RFC 6154,
// §6.3.11
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::imap {

enum class MailboxAttribute : std::uint32_t {
  NoInferiors = 1 << 0,
  NoSelect = 1 << 1,
  NonExistent = 1 << 2,
  Marked = 1 << 3,
  Unmarked = 1 << 4,
  HasChildren = 1 << 5,
  HasNoChildren = 1 << 6,
  Subscribed = 1 << 7,
  Remote = 1 << 8,
  All = 1 << 9,
  Archive = 1 << 10,
  Drafts = 1 << 11,
  Flagged = 1 << 12,
  Junk = 1 << 13,
  Sent = 1 << 14,
  Trash = 1 << 15,
  Important = 1 << 16,
};

enum class StatusItem : std::uint32_t {
  Messages = 1 << 0,
  Recent = 1 << 1,
  UidNext = 1 << 2,
  UidValidity = 1 << 3,
  Unseen = 1 << 4,
  HighestModSeq = 1 << 5,
  Size = 1 << 6,     // RFC 8438
  Deleted = 1 << 7,  // RFC 9051
  MailboxId = 1 << 8,
};

template <class Bit>
class BitSet {
 public:
  constexpr BitSet() = default;
  constexpr BitSet(std::initializer_list<Bit> bits) {
    for (Bit bit : bits) add(bit);
  }
  constexpr bool has(Bit bit) const { return (bits_ & static_cast<std::uint32_t>(bit)) != 0; }
  constexpr void add(Bit bit) { bits_ |= static_cast<std::uint32_t>(bit); }
  constexpr void remove(Bit bit) { bits_ &= ~static_cast<std::uint32_t>(bit); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint32_t bits() const { return bits_; }
  friend constexpr bool operator==(const BitSet&, const BitSet&) = default;

 private:
  std::uint32_t bits_ = 0;
};
using MailboxAttributes = BitSet<MailboxAttribute>;
using StatusItems = BitSet<StatusItem>;

// Without case; nullopt: not one we know.
//   Quirk XListNames: \AllMail \Spam \Starred (XLIST of old Gmail) are All, Junk, Flagged
std::optional<MailboxAttribute> parse_attribute(std::string_view text);
std::string write_attributes(MailboxAttributes attributes);  // "(\HasNoChildren \Sent)"
bool is_special_use(MailboxAttribute attribute);

std::optional<StatusItem> parse_status_item(std::string_view text);
std::string write_status_items(StatusItems items);  // "(MESSAGES UIDNEXT)"

}  // namespace proxy::imap
