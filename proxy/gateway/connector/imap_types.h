// What the IMAP connector gives and takes.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proxy/gateway/connector/server.h"
#include "proxy/imap/command.h"
#include "proxy/imap/response.h"

namespace proxy::gateway::connector {

using imap::FlagSet;
using imap::MailboxName;
using imap::ModSeq;
using imap::SequenceSet;
using imap::Uid;
using imap::UidValidity;

// What the server says it can, and what of it proved true. Probed, not believed: a BAD or a missing answer clears one.
struct Capabilities {
  bool start_tls = false, login_disabled = false, auth_plain = false, sasl_ir = false;
  bool literal_plus = false, literal_minus = false;
  bool idle = false, move = false, uid_plus = false, unselect = false, name_space = false, id = false, enable = false;
  bool condstore = false, qresync = false;
  bool special_use = false, create_special_use = false, list_extended = false, list_status = false, esearch = false;
  bool status_size = false, object_id = false, gmail = false;
  void read(const std::vector<std::string>& names);  // replaces all
};

struct ListedMailbox {
  MailboxName name;
  char delimiter = '/';  // 0: flat
  imap::MailboxAttributes attributes{};
  bool selectable = true;
  bool subscribed = false;
  std::optional<imap::response::Status> status;  // nullopt: it could not be asked (no right, not selectable)
};

// The mailbox that is selected, kept up by whatever the server says.
struct Selected {
  MailboxName name;
  bool read_only = true;
  UidValidity uid_validity{};  // 0: the server states none
  Uid uid_next{};              // 0: not stated
  ModSeq highest_mod_seq{};    // 0: none (NOMODSEQ, or the server has none)
  std::uint32_t exists = 0;
  // What may be stored for ever; a server that states nothing takes any (RFC 3501 §7.1).
  FlagSet permanent_flags{};
  bool any_keyword = true;
  std::string mailbox_id{};
  std::uint64_t changes = 0;  // EXISTS, EXPUNGE, VANISHED, unasked FETCH seen since it was selected
};

struct FlagRow {
  Uid uid;
  FlagSet flags;  // without \Recent
  ModSeq mod_seq;
};
using OnFlagRow = std::function<void(FlagRow)>;

struct SkeletonRow {
  Uid uid;
  std::uint64_t size = 0;
  imap::DateTime internal_date;
  FlagSet flags;
  ModSeq mod_seq;
};
struct HeaderRow {
  Uid uid;
  std::uint64_t size = 0;  // RFC822.SIZE
  std::string header;
};

// Takes one body as it comes.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Result<> begin(std::uint64_t size) = 0;             // octets that follow
  virtual Task<Result<>> octets(std::string_view bytes) = 0;  // waits when it is full; the view ends with the call
};

// Gives the octets of an APPEND.
class OctetSource {
 public:
  virtual ~OctetSource() = default;
  virtual std::uint64_t size() const = 0;
  virtual Task<Result<std::size_t>> read(std::span<std::byte> into) = 0;  // 0 only at the end
};

// IDLE tells its owner. Both are called on the loop and must not wait.
class IdleEvents {
 public:
  virtual ~IdleEvents() = default;
  virtual void on_armed() = 0;   // from now on nothing is missed
  virtual void on_change() = 0;  // something in the mailbox changed: look
};

}  // namespace proxy::gateway::connector
