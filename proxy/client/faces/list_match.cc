#include "proxy/client/faces/list_match.h"

#include <algorithm>
#include <map>

namespace proxy::client::faces {
namespace {

using imap::MailboxAttribute;
namespace response = imap::response;

constexpr MailboxAttribute kSpecialUses[] = {
    MailboxAttribute::All,  MailboxAttribute::Archive, MailboxAttribute::Drafts, MailboxAttribute::Flagged,
    MailboxAttribute::Junk, MailboxAttribute::Sent,    MailboxAttribute::Trash,  MailboxAttribute::Important};

bool same(char a, char b, bool no_case) {
  if (!no_case) return a == b;
  return imap::equal_no_case(std::string_view(&a, 1), std::string_view(&b, 1));
}

// What is known of a name: a mailbox, or only the parent of one.
struct Entry {
  const Mailbox* mailbox = nullptr;
  bool has_children = false;
  bool child_selected = false;  // a descendant fits the selection
};
using Tree = std::map<std::string, Entry>;

bool selected(const Mailbox& mailbox, const ListQuery& query) {
  if (query.only_special && mailbox.special_use.empty()) return false;
  if (query.only_subscribed) return mailbox.subscribed;
  return mailbox.exists;
}

void add_parents(Tree& tree, const Mailbox& mailbox, bool fits) {
  if (!mailbox.delimiter) return;
  const std::string& name = mailbox.name.utf8();
  for (std::size_t at = name.rfind(*mailbox.delimiter); at != std::string::npos && at > 0;
       at = name.rfind(*mailbox.delimiter, at - 1)) {
    Entry& parent = tree[name.substr(0, at)];
    if (mailbox.exists) parent.has_children = true;
    if (fits) parent.child_selected = true;
  }
}

Tree tree_of(std::span<const Mailbox> all, const ListQuery& query) {
  Tree tree;
  for (const Mailbox& mailbox : all) tree[mailbox.name.utf8()].mailbox = &mailbox;
  for (const Mailbox& mailbox : all) add_parents(tree, mailbox, selected(mailbox, query));
  return tree;
}

imap::MailboxAttributes attributes_of(const Entry& entry, bool show_subscribed) {
  imap::MailboxAttributes attributes;
  const Mailbox* const mailbox = entry.mailbox;
  if (mailbox == nullptr || !mailbox->exists) {
    attributes.add(MailboxAttribute::NonExistent);
    attributes.add(MailboxAttribute::NoSelect);  // for those who do not know \NonExistent
  } else if (!mailbox->selectable) {
    attributes.add(MailboxAttribute::NoSelect);
  }
  if (mailbox != nullptr && mailbox->no_inferiors) {
    attributes.add(MailboxAttribute::NoInferiors);
  } else {
    attributes.add(entry.has_children ? MailboxAttribute::HasChildren : MailboxAttribute::HasNoChildren);
  }
  if (mailbox == nullptr) return attributes;
  if (show_subscribed && mailbox->subscribed) attributes.add(MailboxAttribute::Subscribed);
  for (const MailboxAttribute use : kSpecialUses) {
    if (mailbox->special_use.has(use)) attributes.add(use);
  }
  return attributes;
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns, std::optional<char> delimiter) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_pattern(name, pattern, delimiter); });
}

}  // namespace

bool matches_pattern(std::string_view name, std::string_view pattern, std::optional<char> delimiter) {
  const bool inbox = imap::equal_no_case(name, "INBOX");
  // Row by row: which prefixes of the name the pattern's prefix matches.
  std::vector<bool> fits(name.size() + 1, false);
  fits[0] = true;
  for (const char p : pattern) {
    if (p == '*' || p == '%') {
      for (std::size_t i = 0; i < name.size(); ++i) {
        if (fits[i] && !(p == '%' && delimiter && name[i] == *delimiter)) fits[i + 1] = true;
      }
    } else {
      for (std::size_t i = name.size(); i > 0; --i) fits[i] = fits[i - 1] && same(name[i - 1], p, inbox);
      fits[0] = false;
    }
  }
  return fits[name.size()];
}

std::vector<response::List> list_mailboxes(std::span<const Mailbox> all, const ListQuery& query) {
  std::vector<response::List> found;
  const std::optional<char> delimiter = all.empty() ? '/' : all.front().delimiter;
  for (const auto& [name, entry] : tree_of(all, query)) {
    if (!matches_any(name, query.patterns, delimiter)) continue;
    const bool fits = entry.mailbox != nullptr && selected(*entry.mailbox, query);
    // A parent that is no mailbox shows where its children would be hidden behind a "%".
    const bool bare_parent = (entry.mailbox == nullptr || !entry.mailbox->exists) && entry.has_children &&
                             !query.only_subscribed && !query.only_special;
    const bool by_child = query.recursive && entry.child_selected;
    if (!fits && !bare_parent && !by_child) continue;
    const Result<imap::MailboxName> valid = imap::make_mailbox_name(name);
    if (!valid) continue;
    response::List line{.lsub = false,
                        .attributes = attributes_of(entry, query.show_subscribed || query.only_subscribed),
                        .delimiter = delimiter,
                        .mailbox = entry.mailbox != nullptr ? entry.mailbox->name : *valid,
                        .child_subscribed = by_child && query.only_subscribed,
                        .old_name = {}};
    found.push_back(std::move(line));
  }
  return found;
}

std::vector<response::List> list_subscribed(std::span<const Mailbox> all, const std::string& pattern) {
  ListQuery query;
  query.patterns = {pattern};
  query.only_subscribed = true;
  query.recursive = pattern.find('%') != std::string::npos;
  std::vector<response::List> found = list_mailboxes(all, query);
  for (response::List& line : found) {
    line.lsub = true;
    line.child_subscribed = false;
    const auto mailbox = std::find_if(all.begin(), all.end(), [&](const Mailbox& m) { return m.name == line.mailbox; });
    const bool subscribed = mailbox != all.end() && mailbox->subscribed;
    line.attributes = subscribed ? imap::MailboxAttributes() : imap::MailboxAttributes{MailboxAttribute::NoSelect};
  }
  return found;
}

}  // namespace proxy::client::faces
