// Response codes: "[UIDVALIDITY 42]".                                            Source: RFC 9051 §7.1, RFC 4315, 5530,
// 7162
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/imap/flags.h"
#include "proxy/imap/sequence_set.h"
#include "proxy/imap/types.h"

namespace proxy::imap {

enum class CodeName : std::uint8_t {  // codes without arguments
  Alert,
  AlreadyExists,
  AuthenticationFailed,
  AuthorizationFailed,
  Cannot,
  ClientBug,
  Closed,
  CompressionActive,
  ContactAdmin,
  Corruption,
  Expired,
  ExpungeIssued,
  HasChildren,
  InUse,
  Limit,
  NoModSeq,
  NoPerm,
  NonExistent,
  NotSaved,
  OverQuota,
  Parse,
  PrivacyRequired,
  ReadOnly,
  ReadWrite,
  ServerBug,
  TooBig,
  TryCreate,
  UidNotSticky,
  Unavailable,
  UseAttr,
};

namespace code {
struct UidValidityIs {
  UidValidity value;
  friend bool operator==(const UidValidityIs&, const UidValidityIs&) = default;
};
struct UidNext {
  Uid value;
  friend bool operator==(const UidNext&, const UidNext&) = default;
};
struct Unseen {
  SeqNumber value;
  friend bool operator==(const Unseen&, const Unseen&) = default;
};
struct HighestModSeq {
  ModSeq value;
  friend bool operator==(const HighestModSeq&, const HighestModSeq&) = default;
};
struct PermanentFlags {
  FlagSet flags;
  bool any_keyword = false;  // "\*"
  friend bool operator==(const PermanentFlags&, const PermanentFlags&) = default;
};
struct AppendUid {
  UidValidity uid_validity;
  std::vector<Range> uids;  // one, unless MULTIAPPEND
  friend bool operator==(const AppendUid&, const AppendUid&) = default;
};
struct CopyUid {
  UidValidity uid_validity;
  std::vector<Range> from;  // as many UIDs as in `to`; the n-th of one is the n-th of the other
  std::vector<Range> to;
  friend bool operator==(const CopyUid&, const CopyUid&) = default;
};
struct Modified {
  SequenceSet set;
  friend bool operator==(const Modified&, const Modified&) = default;
};
struct Capability {
  std::vector<std::string> names;
  friend bool operator==(const Capability&, const Capability&) = default;
};
struct MailboxId {  // RFC 8474
  std::string id;
  friend bool operator==(const MailboxId&, const MailboxId&) = default;
};
struct Other {  // one we do not know, or BADCHARSET's list: by name only
  std::string name;
  friend bool operator==(const Other&, const Other&) = default;
};
}  // namespace code

using Code =
    std::variant<CodeName, code::UidValidityIs, code::UidNext, code::Unseen, code::HighestModSeq, code::PermanentFlags,
                 code::AppendUid, code::CopyUid, code::Modified, code::Capability, code::MailboxId, code::Other>;

std::string_view to_text(CodeName name);  // "TRYCREATE"
std::optional<CodeName> parse_code_name(std::string_view text);

// Where each UID went, in runs: `count` UIDs from `from` on are now `to` and following.
struct CopyRun {
  std::uint32_t from, to, count;
  friend bool operator==(const CopyRun&, const CopyRun&) = default;
};
Result<std::vector<CopyRun>> copy_runs(
    const code::CopyUid& code);  // Errors  Protocol: not as many of one as of the other

}  // namespace proxy::imap
