// The operations stream: changes and submissions up, their fate down. Durable at both ends by ticket.     Source:
// PROTOCOL.md §6
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/property/chain.h"
#include "proxy/sync/types.h"

namespace proxy::sync {

// A message as an operation names it: by the server's UID, or, while that is not known yet, by the ticket of the
// append, copy or move that made it (and which of its messages).
struct ItemRef {
  ServerUid uid;     // 0: by ticket
  Ticket made_by{};  // an earlier operation
  std::uint32_t index = 0;
  bool operator==(const ItemRef&) const = default;
};

enum class OperationKind : std::uint8_t {
  Store = 1,    // flags: add, remove
  Expunge = 2,  // these messages only
  Copy = 3,     // into target
  Move = 4,     // into target
  Append = 5,   // octets (inline, by an Upload of the same ticket, or by reference to a submission's ticket)
  Create = 6,
  Delete = 7,
  Rename = 8,
  Subscribe = 9,
  Unsubscribe = 10,
};

struct Operation {
  Ticket ticket{};
  OperationKind kind = OperationKind::Store;
  std::string mailbox;         // where the messages are; Append, Create, Delete, Rename, Subscribe: the mailbox itself
  UidValidity uid_validity;    // of mailbox when the operation was made; 0: not known yet
  std::vector<ItemRef> items;  // Store, Expunge, Copy, Move
  Flags add;                   // Store, Append (the flags)
  Flags remove;                // Store
  ModSeq unchanged_since;      // Store, base state; 0: no guard
  std::string target;          // Copy, Move, Rename
  std::string special_use;     // Create
  std::int64_t internal_date = 0;  // Append
  std::int16_t zone_minutes = 0;
  std::uint64_t size = 0;         // Append: octets
  ContentDigest digest{};         // Append
  Bytes octets;                   // Append, at most kInlineOctets; else by Upload first
  std::optional<Ticket> same_as;  // Append: the octets are those of this submission; nothing is uploaded
  bool operator==(const Operation&) const = default;
};
constexpr std::size_t kInlineOctets =
    64 * 1024;  // above it an Upload stream of class Bodies/Attachments carries the octets

struct OperationResult {
  enum class Code : std::uint8_t {
    Done = 0,
    Refused = 1,     // the server said NO: text; the client undoes it or recovers
    Gone = 2,        // the messages (or mailbox) are not there any more
    Conflict = 3,    // the ticket is known with another digest, or the guard failed for good
    NeedOctets = 4,  // Append: neither inline nor uploaded nor known
    Later = 5,       // a temporary failure, tried again by the client in its order
  };
  Ticket ticket{};
  Code code = Code::Done;
  std::string text;             // the server's words
  UidValidity target_validity;  // Append, Copy, Move
  std::vector<ServerUid> made;  // per item, in the operation's order; 0: not known
  bool operator==(const OperationResult&) const = default;
};

// One recipient's fate (DESIGN promise 3).
enum class SubmissionState : std::uint8_t { Receiving = 1, Stored = 2, Sending = 3, Done = 4, Failed = 5, Unknown = 6 };

struct Recipient {
  std::string address;
  std::uint8_t notify = 0;  // DSN NOTIFY bits: 1 never, 2 success, 4 failure, 8 delay; 0: absent
  std::string original;     // ORCPT, as submitted
  bool operator==(const Recipient&) const = default;
};
struct Submission {
  Ticket ticket{};
  std::string sender;  // empty: <>
  std::vector<Recipient> recipients;
  bool eight_bit = false;
  bool utf8 = false;
  std::string ret;  // DSN RET: FULL, HDRS or empty
  std::string envid;
  std::uint64_t size = 0;
  ContentDigest digest{};
  Bytes octets;                     // at most kInlineOctets; else by Upload first
  bool ask_when_ambiguous = false;  // policy `ask`: never twice
  bool operator==(const Submission&) const = default;
};
struct RecipientResult {
  std::string address;
  SubmissionState state = SubmissionState::Stored;
  std::string reply;  // the server's own words
  bool operator==(const RecipientResult&) const = default;
};
struct SubmissionReport {
  Ticket ticket{};
  SubmissionState state = SubmissionState::Stored;  // of the whole: the least advanced recipient's
  std::vector<RecipientResult> recipients;
  std::string text;          // why it waits, temporary refusals
  bool conflict = false;     // the ticket is known with another digest
  bool need_octets = false;  // nothing of it is stored here
  bool ambiguous = false;    // a final dot's reply was lost once
  bool operator==(const SubmissionReport&) const = default;
};
// The client's end of this ticket is durable: the gateway may forget it 30 days from now.
struct Acknowledge {
  std::vector<Ticket> tickets;
  bool operator==(const Acknowledge&) const = default;
};
// The person's word about an UNKNOWN submission, or withdrawal of one that is not being sent yet.
struct Decide {
  enum class What : std::uint8_t { SendAgain = 1, TakeAsSent = 2, Cancel = 3 };
  Ticket ticket{};
  What what = What::Cancel;
  bool operator==(const Decide&) const = default;
};

using OperationMessage = std::variant<Operation, OperationResult, Submission, SubmissionReport, Acknowledge, Decide>;
codec::property::Chain encode(const OperationMessage& message);
Result<OperationMessage> decode_operation(const codec::property::Chain& chain);

}  // namespace proxy::sync
