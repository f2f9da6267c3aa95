// Spool: the octets of what is on its way, one file a ticket, in the user's own folder. Blocking; belongs to the thread
// of Tickets.                                                                             Source: THREATS §2.1, §2.3
#pragma once
#include <memory>
#include <optional>

#include "booster/crypto/digest.h"
#include "booster/disk/disk.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::agent {

namespace crypto = booster::crypto;
namespace disk = booster::disk;

constexpr std::uint64_t kMaxItem = 512ull << 20;  // one mail, as the IMAP connector's kBodyOctets
constexpr std::uint64_t kMaxSpool = 2ull << 30;   // of one user: a client that uploads for ever
constexpr std::uint64_t kUploadSync = 1u << 20;   // a broken upload repeats at most so much after a power cut

// One upload under way: "TICKET.part", appended to and synced, then renamed to "TICKET.eml".
struct UploadState {
  std::uint64_t offset = 0;  // octets that are here
  sync::ContentDigest running{};
};

class Spool {
 public:
  // Creates the folder and removes what a crash left half-written.
  static Result<Spool> open(disk::Disk& disk, disk::Path folder);

  // Whole and durable, or an error and nothing.   Errors  Limit, Full: kMaxItem, kMaxSpool, the disk
  Result<> put(const sync::Ticket& ticket, ByteView octets);
  Result<std::optional<std::uint64_t>> find(const sync::Ticket& ticket);  // its size
  Result<std::size_t> read(const sync::Ticket& ticket, std::uint64_t offset, std::span<std::byte> into);
  Result<sync::ContentDigest> digest(const sync::Ticket& ticket);  // of the whole file, read anew
  Result<> drop(const sync::Ticket& ticket);                       // a missing one is fine
  Result<std::uint64_t> used();
  Result<std::int64_t> written(const sync::Ticket& ticket);  // when, in seconds since 1970
  Result<std::vector<sync::Ticket>> whole();                 // tickets with a whole file
  Result<> drop_old_parts(std::int64_t before);              // uploads nobody went on with, by time of the last write

  // ---- upload, one at a time for a ticket
  Result<UploadState> begin_upload(const sync::Ticket& ticket, std::uint64_t size);
  Result<> restart_upload(const sync::Ticket& ticket);
  Result<> append_upload(const sync::Ticket& ticket, std::uint64_t offset, ByteView octets);
  // Durable under its final name when it returns.   Errors  Conflict: other octets than the digest says; all is dropped
  Result<> end_upload(const sync::Ticket& ticket, const sync::DigestFront& digest);

 private:
  Spool(disk::Disk& disk, disk::Path folder) : disk_(&disk), folder_(std::move(folder)) {}
  struct Open {
    sync::Ticket ticket{};
    std::unique_ptr<disk::File> file;
    std::uint64_t offset = 0;
    std::uint64_t unsynced = 0;
    crypto::Sha256 running;
  };
  disk::Path whole_path(const sync::Ticket& ticket) const;
  disk::Path part_path(const sync::Ticket& ticket) const;
  Result<Open*> opened(const sync::Ticket& ticket);
  Result<> room_for(std::uint64_t size);

  disk::Disk* disk_;
  disk::Path folder_;
  std::vector<Open> open_;
};

}  // namespace proxy::gateway::agent
