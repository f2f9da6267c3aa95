// One server response as a value: the connector parses it, the face writes it.    Source: RFC 3501 §7, RFC 9051 §7
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/imap/date.h"
#include "proxy/imap/flags.h"
#include "proxy/imap/limits.h"
#include "proxy/imap/mailbox_attributes.h"
#include "proxy/imap/mailbox_name.h"
#include "proxy/imap/response_code.h"
#include "proxy/imap/section.h"
#include "proxy/imap/sequence_set.h"
#include "proxy/imap/types.h"

namespace proxy::imap::response {

enum class Condition : std::uint8_t { Ok, No, Bad, Bye, PreAuth };
struct State {
  std::optional<Tag> tag;  // nullopt: untagged
  Condition condition = Condition::Ok;
  std::optional<Code> code;
  Text text;
};
struct Continue {  // "+ text": for a literal, IDLE, or base64 of a SASL mechanism
  std::string text;
};
struct Capability {
  std::vector<std::string> names;  // upper case
};
struct List {
  bool lsub = false;
  MailboxAttributes attributes;
  std::optional<char> delimiter;
  MailboxName mailbox;
  bool child_subscribed = false;        // CHILDINFO ("SUBSCRIBED")
  std::optional<MailboxName> old_name;  // OLDNAME
};
struct RootList {  // answer to LIST "" "": the delimiter and a root that may be empty
  std::optional<char> delimiter;
  std::string root;
};
struct Status {
  MailboxName mailbox;
  std::optional<std::uint32_t> messages, recent, unseen, deleted;
  std::optional<Uid> uid_next;
  std::optional<UidValidity> uid_validity;
  std::optional<ModSeq> highest_mod_seq;
  std::optional<std::uint64_t> size;
  std::optional<std::string> mailbox_id;
};
struct Flags {
  FlagSet flags;
};
struct Exists {
  std::uint32_t count = 0;
};
struct Recent {
  std::uint32_t count = 0;
};
struct Expunge {
  SeqNumber number;
};
struct Vanished {
  bool earlier = false;
  SequenceSet uids;
};
struct FetchedBody {  // BODY[section]<origin> and the RFC822 family, which stand as their section
  Section section;
  std::optional<std::uint32_t> origin;
  std::optional<std::string> content;  // nullopt: NIL, or streamed
  bool streamed = false;               // its octets went by as BodyBegin, BodyBytes, BodyEnd
};
struct Fetch {
  SeqNumber number;
  std::optional<Uid> uid;
  std::optional<FlagSet> flags;
  std::optional<ModSeq> mod_seq;
  std::optional<DateTime> internal_date;
  std::optional<std::uint64_t> size;
  std::optional<std::string> envelope;        // raw: the balanced text as it stood, literals inline
  std::optional<std::string> body_structure;  // raw; of BODY too (has_extensions false)
  bool has_extensions = false;
  std::vector<FetchedBody> bodies;
  std::optional<std::string> email_id, thread_id;                  // RFC 8474; a NIL thread is nullopt
  std::optional<std::uint64_t> gmail_message_id, gmail_thread_id;  // X-GM-MSGID, X-GM-THRID
  std::optional<std::vector<std::string>> gmail_labels;
};
struct Search {
  SequenceSet numbers;
  std::optional<ModSeq> mod_seq;
};
struct ESearch {
  std::optional<Tag> tag;
  bool uid = false;
  std::optional<std::uint32_t> min, max, count;
  std::optional<SequenceSet> all;
  std::optional<ModSeq> mod_seq;
};
struct Enabled {
  std::vector<std::string> names;
};
struct Id {
  std::vector<IdField> fields;
};
struct NamespaceEntry {
  std::string prefix;  // UTF-8
  std::optional<char> delimiter;
  friend bool operator==(const NamespaceEntry&, const NamespaceEntry&) = default;
};
struct Namespace {
  std::vector<NamespaceEntry> personal, other_users, shared;  // empty: NIL
};
struct Unknown {  // well-formed, of a kind we do not use: QUOTA, METADATA, ...
  std::string name;
};

using Any = std::variant<State, Continue, Capability, List, RootList, Status, Flags, Exists, Recent, Expunge, Vanished,
                         Fetch, Search, ESearch, Enabled, Id, Namespace, Unknown>;

}  // namespace proxy::imap::response

namespace proxy::imap {

using Response = response::Any;

struct ResponseParse {
  std::uint32_t nesting = kResponseNesting;
  std::span<const std::size_t> streamed;  // where, after "{n}" CRLF, octets were taken out of `bytes`; rising
};

// One whole response: no final CRLF, literals inline.      Errors  Protocol, Limit: not a response we can use
//   Quirks  each tolerated deviation has a name in quirks.h
Result<Response> parse_response(std::string_view bytes, const ResponseParse& parse = {});

// Of a FETCH that ends where a body's literal was announced: what is known before it. nullopt: not such a place.
struct BodyPlace {
  SeqNumber number;
  std::optional<Uid> uid;  // when it stood before the body; else it comes with the response
  Section section;
  std::optional<std::uint32_t> origin;
};
std::optional<BodyPlace> parse_body_place(std::string_view bytes, const ResponseParse& parse = {});

}  // namespace proxy::imap
