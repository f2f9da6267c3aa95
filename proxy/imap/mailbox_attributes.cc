#include "proxy/imap/mailbox_attributes.h"

#include <array>
#include <utility>

#include "proxy/imap/types.h"

namespace proxy::imap {
namespace {

using Attribute = MailboxAttribute;
constexpr std::array<std::pair<Attribute, std::string_view>, 17> kAttributes{{
    {Attribute::NoInferiors, "\\NoInferiors"},
    {Attribute::NoSelect, "\\Noselect"},
    {Attribute::NonExistent, "\\NonExistent"},
    {Attribute::Marked, "\\Marked"},
    {Attribute::Unmarked, "\\Unmarked"},
    {Attribute::HasChildren, "\\HasChildren"},
    {Attribute::HasNoChildren, "\\HasNoChildren"},
    {Attribute::Subscribed, "\\Subscribed"},
    {Attribute::Remote, "\\Remote"},
    {Attribute::All, "\\All"},
    {Attribute::Archive, "\\Archive"},
    {Attribute::Drafts, "\\Drafts"},
    {Attribute::Flagged, "\\Flagged"},
    {Attribute::Junk, "\\Junk"},
    {Attribute::Sent, "\\Sent"},
    {Attribute::Trash, "\\Trash"},
    {Attribute::Important, "\\Important"},
}};
constexpr std::array<std::pair<Attribute, std::string_view>, 3> kXListNames{
    {{Attribute::All, "\\AllMail"}, {Attribute::Junk, "\\Spam"}, {Attribute::Flagged, "\\Starred"}}};

constexpr std::array<std::pair<StatusItem, std::string_view>, 9> kStatusItems{{
    {StatusItem::Messages, "MESSAGES"},
    {StatusItem::Recent, "RECENT"},
    {StatusItem::UidNext, "UIDNEXT"},
    {StatusItem::UidValidity, "UIDVALIDITY"},
    {StatusItem::Unseen, "UNSEEN"},
    {StatusItem::HighestModSeq, "HIGHESTMODSEQ"},
    {StatusItem::Size, "SIZE"},
    {StatusItem::Deleted, "DELETED"},
    {StatusItem::MailboxId, "MAILBOXID"},
}};

template <class Bit, std::size_t n>
std::optional<Bit> find(const std::array<std::pair<Bit, std::string_view>, n>& table, std::string_view text) {
  for (const auto& [bit, name] : table) {
    if (equal_no_case(name, text)) return bit;
  }
  return std::nullopt;
}

template <class Bit, std::size_t n>
std::string write(const std::array<std::pair<Bit, std::string_view>, n>& table, BitSet<Bit> bits) {
  std::string out = "(";
  for (const auto& [bit, name] : table) {
    if (!bits.has(bit)) continue;
    if (out.size() > 1) out.push_back(' ');
    out.append(name);
  }
  return out + ")";
}

}  // namespace

std::optional<MailboxAttribute> parse_attribute(std::string_view text) {
  const auto known = find(kAttributes, text);
  return known ? known : find(kXListNames, text);
}

std::string write_attributes(MailboxAttributes attributes) {
  return write(kAttributes, attributes);
}

bool is_special_use(MailboxAttribute attribute) {
  return static_cast<std::uint32_t>(attribute) >= static_cast<std::uint32_t>(MailboxAttribute::All);
}

std::optional<StatusItem> parse_status_item(std::string_view text) {
  return find(kStatusItems, text);
}

std::string write_status_items(StatusItems items) {
  return write(kStatusItems, items);
}

}  // namespace proxy::imap
