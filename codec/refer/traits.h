// What a mail says about itself that decides which earlier mails it may be coded against.   Source: RULES.md §1
#pragma once
#include <string>
#include <vector>

#include "codec/base/bytes.h"

namespace codec::refer {

constexpr std::size_t kMostParents = 24;      // message ids of one mail that count: the oldest and the newest ones
constexpr std::size_t kMostName = 256;        // octets of an id, an address, a domain; longer ones do not count
constexpr std::size_t kLookedAt = 16 * 1024;  // octets of text that are searched for what looks like a credential

// Whose word counts.
struct Trust {
  std::string authserv_id;       // RFC 8601 §2.5; empty: nobody's
  std::vector<std::string> own;  // the user's addresses
};

// Ids, addresses and domains in lower case; empty where the mail has none, or more than one.
struct Traits {
  std::string message_id;
  std::vector<std::string> parents;  // References, In-Reply-To; the nearest last
  std::string list;                  // List-Id's identifier
  std::string sender;                // From's address
  std::string subject;               // its shape: without Re: and its like, digits as one
  bool by_user = false;              // From is the user
  bool sender_proved = false;        // an aligned DKIM result of the trusted authserv-id
  bool list_proved = false;
  bool credential = false;  // a code, a password, a link that lets in
};

// Never fails; what cannot be read is not there.
Traits traits_of(ByteView mail, const Trust& trust);

}  // namespace codec::refer
