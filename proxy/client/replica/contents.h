// Content files by SHA-256 (bodies/ab/cd/<hex>) and the parts of bodies under way (parts/). Blocking.
#pragma once
#include <memory>
#include <set>
#include <string>

#include "booster/crypto/digest.h"
#include "booster/disk/disk.h"
#include "proxy/queue/types.h"
#include "proxy/sync/types.h"

namespace proxy::client::replica {

class Contents {
 public:
  Contents(booster::disk::Disk& disk, booster::disk::Path directory)
      : disk_(disk), bodies_(directory / "bodies"), parts_(directory / "parts"), temps_(directory / "incoming") {}

  Result<> begin();  // makes the folders, removes temp files of a killed process

  Result<std::unique_ptr<booster::disk::File>> open(const sync::ContentDigest& digest);
  Result<bool> exists(const sync::ContentDigest& digest);
  Result<> remove(const sync::ContentDigest& digest);
  // Syncs the file at `from` and gives it its name, durably. Again after it was done: fine.
  Result<> adopt(booster::disk::File& file, const booster::disk::Path& from, const sync::ContentDigest& digest);

  Result<std::pair<std::unique_ptr<booster::disk::File>, booster::disk::Path>> make_temp();
  Result<> remove_file(const booster::disk::Path& path);
  booster::disk::Path part_path(const std::string& name) const { return parts_ / name; }
  // Opened for reading and writing, made when missing.
  Result<std::unique_ptr<booster::disk::File>> open_part(const std::string& name);
  Result<std::vector<std::string>> parts() { return disk_.list(parts_); }

  // Digests of the files in one of 256 slices.
  Result<std::vector<sync::ContentDigest>> slice(std::uint8_t number);
  // Adopted since the start: their rows may be on their way, so a sweep leaves them.
  bool pinned(const sync::ContentDigest& digest) const { return pinned_.contains(digest); }
  void unpin_all() { pinned_.clear(); }

 private:
  booster::disk::Path path_of(const sync::ContentDigest& digest) const;

  booster::disk::Disk& disk_;
  booster::disk::Path bodies_, parts_, temps_;
  std::set<sync::ContentDigest> pinned_;
};

// Of a body of which only the front is here.
std::string part_name(queue::MailboxId mailbox, sync::UidValidity validity, sync::ServerUid uid);
// Its octets and the digest that runs over them.
Result<std::pair<std::uint64_t, booster::crypto::Sha256>> look_at_part(booster::disk::File& file);

}  // namespace proxy::client::replica
