// What a mail says about itself that decides which earlier mails it may be coded against.   Source: RULES.md §1
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/chunk/chunker.h"

namespace codec::refer {

constexpr std::size_t kMostParents = 24;      // message ids of one mail that count: the oldest and the newest ones
constexpr std::size_t kMostName = 256;        // octets of an id, an address, a domain; longer ones do not count
constexpr std::size_t kLookedAt = 16 * 1024;  // octets of text that are searched for what looks like a credential

// From is the sender's to forge: where the mail lies tells whether the user wrote it.
enum class Author : std::uint8_t { Anybody, User };

// Ids, addresses and domains in lower case; empty where the mail has none, or more than one.
struct Traits {
  std::string message_id;
  std::vector<std::string> parents;  // References, In-Reply-To; the nearest last
  std::string list;                  // List-Id's identifier
  std::string sender;                // From's address
  std::string subject;               // its shape: without Re: and its like, digits as one
  bool by_user = false;
  bool sender_proved = false;  // an aligned DKIM result of the trusted authserv-id
  bool list_proved = false;
  bool credential = false;           // a code, a password, a link that lets in
  std::vector<chunk::Chunk> chunks;  // of its content
  std::size_t content_size = 0;      // octets
};

// Whose mail it is.
// Whether chunks and size of the content are wanted: containers are opened for them.
enum class Content : std::uint8_t { Looked, Left };

struct Reader {
  std::string_view authserv_id;  // whose Authentication-Results count (RFC 8601 §2.5); empty: nobody's
  std::uint64_t chunk_key = 0;   // chunk/chunker.h
  Content content = Content::Looked;
};

// Never fails; what cannot be read is not there.
Traits traits_of(ByteView mail, const Reader& reader, Author author);

// Keyed hashes in place of ids, addresses and the subject: equal ones stay equal, and nobody is named where they are
// kept.
Traits sealed(Traits traits, std::uint64_t key);
// Of sealed ones, without chunks.
Bytes encode_traits(const Traits& traits);
Result<Traits> decode_traits(ByteView bytes);  // Errors  Protocol: not such octets

}  // namespace codec::refer
