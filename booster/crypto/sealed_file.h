// A file sealed with a key file beside it (both 0600): keeps secrets out of backups of the one without the other, out
// of a careless `cat` and out of swapped disks' strings; it does not protect from somebody who reads both.
#pragma once
#include <optional>

#include "booster/crypto/secret.h"
#include "booster/disk/disk.h"

namespace booster::crypto {

constexpr std::size_t kMaxSealedFile = 4u << 20;

class SealedFile {
 public:
  // `path` is sealed with the key in `key_path`, made at the first write.   Owns  borrows the disk
  SealedFile(disk::Disk& disk, disk::Path path, disk::Path key_path)
      : disk_(disk), path_(std::move(path)), key_path_(std::move(key_path)) {}

  // nullopt: no such file yet.   Errors  Corrupt: changed, or the key is another's · NotFound: the key file is gone
  Result<std::optional<Secret>> read();
  Result<> write(const Secret& contents);  // durable when it returns; replaces
  Result<> remove();                       // the file; the key stays

 private:
  Result<Secret> key(bool make);
  std::string context() const;
  disk::Disk& disk_;
  disk::Path path_;
  disk::Path key_path_;
};

}  // namespace booster::crypto
