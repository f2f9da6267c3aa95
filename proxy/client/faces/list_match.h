// Which mailboxes LIST and LSUB name: patterns, subscriptions, children.          Source: RFC 3501 §6.3.8, RFC 5258 §3
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/client/faces/mailstore.h"
#include "proxy/imap/response.h"

namespace proxy::client::faces {

// "*" stands for anything, "%" for anything without the delimiter. INBOX matches without case.
//   Limits  time at most name × pattern octets
bool matches_pattern(std::string_view name, std::string_view pattern, std::optional<char> delimiter);

struct ListQuery {
  std::vector<std::string> patterns;  // with the reference in front
  bool only_subscribed = false;
  bool recursive = false;  // RECURSIVEMATCH: also parents of what is selected
  bool only_special = false;
  bool show_subscribed = false;
};

// Responses in the order of the names; parents that are no mailboxes themselves stand as \NonExistent \Noselect.
std::vector<imap::response::List> list_mailboxes(std::span<const Mailbox> all, const ListQuery& query);
// LSUB: names subscribed; a "%" that stops above one gives its parent as \Noselect.
std::vector<imap::response::List> list_subscribed(std::span<const Mailbox> all, const std::string& pattern);

}  // namespace proxy::client::faces
