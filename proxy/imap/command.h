// One IMAP command as a value: the face parses it, the connector writes it.       Source: RFC 3501 §6, RFC 9051 §6
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "proxy/imap/date.h"
#include "proxy/imap/flags.h"
#include "proxy/imap/limits.h"
#include "proxy/imap/mailbox_attributes.h"
#include "proxy/imap/mailbox_name.h"
#include "proxy/imap/search_key.h"
#include "proxy/imap/section.h"
#include "proxy/imap/sequence_set.h"
#include "proxy/imap/types.h"

namespace proxy::imap {

enum class FetchWhat : std::uint8_t {
  Uid,
  Flags,
  InternalDate,
  Size,  // RFC822.SIZE
  Envelope,
  BodyStructure,
  Body,  // without [ ]: the structure without extensions
  ModSeq,
  Section,  // BODY[...], BODY.PEEK[...]
  Rfc822,   // as BODY[], answered under its own name
  Rfc822Header,
  Rfc822Text,
  EmailId,  // RFC 8474
  ThreadId,
  GmailMessageId,  // X-GM-MSGID, X-GM-THRID, X-GM-LABELS: of the connector only
  GmailThreadId,
  GmailLabels,
};

struct FetchItem {
  FetchWhat what = FetchWhat::Flags;
  bool peek = false;  // of Section: \Seen stays as it is
  Section section;
  std::optional<Partial> partial;
  friend bool operator==(const FetchItem&, const FetchItem&) = default;
};

namespace command {

struct Capability {};
struct Noop {};
struct Logout {};
struct StartTls {};
struct Check {};
struct Close {};
struct Unselect {};
struct Namespace {};
struct Idle {};      // the reader is then told expect_line(); the line is DONE
struct Compress {};  // COMPRESS DEFLATE

struct Id {
  std::vector<IdField> fields;  // empty: NIL
};
struct Enable {
  std::vector<Atom> capabilities;
};
struct Authenticate {
  Atom mechanism;
  std::optional<std::string> initial;  // base64 as it stands, only its alphabet; "" was "=" (RFC 4959)
};
struct Login {
  std::string user;
  std::string password;
};
struct QResync {  // RFC 7162 §3.2.5
  UidValidity uid_validity;
  ModSeq mod_seq;
  std::optional<SequenceSet> known_uids;
  std::optional<std::pair<SequenceSet, SequenceSet>> known_pairs;  // sequence numbers and their UIDs
};
struct Select {
  bool examine = false;
  MailboxName mailbox;
  bool condstore = false;
  std::optional<QResync> qresync;
};
struct Create {
  MailboxName mailbox;
  MailboxAttributes use;  // RFC 6154 §3
};
struct Delete {
  MailboxName mailbox;
};
struct Rename {
  MailboxName from;
  MailboxName to;
};
struct Subscribe {
  MailboxName mailbox;
};
struct Unsubscribe {
  MailboxName mailbox;
};
struct List {
  bool extended = false;  // RFC 5258: options or several patterns were given
  std::string reference;  // UTF-8
  std::vector<std::string> patterns;
  bool select_subscribed = false, select_remote = false, select_recursive = false, select_special_use = false;
  bool return_subscribed = false, return_children = false, return_special_use = false;
  std::optional<StatusItems> return_status;  // RFC 5819
};
struct Lsub {
  std::string reference;
  std::string pattern;
};
struct Status {
  MailboxName mailbox;
  StatusItems items;
};
struct Append {
  MailboxName mailbox;
  FlagSet flags;
  std::optional<DateTime> date;
  std::uint64_t size = 0;     // octets of the literal, which follows in pieces
  bool synchronizing = true;  // the client waits for "+"
};
struct Expunge {
  std::optional<SequenceSet> uids;  // UID EXPUNGE (RFC 4315)
};
struct SearchReturn {  // RFC 4731; none of them given: ALL
  bool min = false, max = false, all = false, count = false;
  friend bool operator==(const SearchReturn&, const SearchReturn&) = default;
};
struct Search {
  bool uid = false;
  std::optional<SearchReturn> returns;  // nullopt: plain SEARCH response
  std::optional<std::string> charset;
  SearchKey key;
};
struct Fetch {
  bool uid = false;
  SequenceSet set;
  std::vector<FetchItem> items;  // macros are expanded
  std::optional<ModSeq> changed_since;
  bool vanished = false;
};
enum class StoreMode : std::uint8_t { Replace, Add, Remove };
struct Store {
  bool uid = false;
  SequenceSet set;
  std::optional<ModSeq> unchanged_since;
  StoreMode mode = StoreMode::Replace;
  bool silent = false;
  FlagSet flags;
};
struct Copy {
  bool uid = false;
  SequenceSet set;
  MailboxName mailbox;
};
struct Move {
  bool uid = false;
  SequenceSet set;
  MailboxName mailbox;
};

using Any = std::variant<Capability, Noop, Logout, StartTls, Check, Close, Unselect, Namespace, Idle, Compress, Id,
                         Enable, Authenticate, Login, Select, Create, Delete, Rename, Subscribe, Unsubscribe, List,
                         Lsub, Status, Append, Expunge, Search, Fetch, Store, Copy, Move>;
}  // namespace command

struct Command {
  Tag tag;
  command::Any body;
};

std::string_view verb(const Command& command);  // "UID FETCH"; for logs: the verb only

struct ParseLimits {
  std::uint32_t nesting = kNestingAfterLogin;
  std::uint32_t lists = UINT32_MAX;  // parentheses opened in the whole command
};

// One whole command: no final CRLF, each literal inline as "{n}" CRLF octets. APPEND without its message literal's
// octets, ending in "{n}" or "{n+}": the reader streams these.
//   Errors  Protocol, Limit: the text is fit for BAD: it says what was expected and quotes nothing
Result<Command> parse_command(std::string_view bytes, const ParseLimits& limits = {});

// The tag in front, to answer BAD with; nullopt: there is none to be believed.
std::optional<Tag> parse_tag(std::string_view bytes);

}  // namespace proxy::imap
