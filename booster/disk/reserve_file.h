// Space set aside while there is plenty, given up when the disk is full, so that the queue can still take what the
// user sends and the journal can still record it.
#pragma once
#include "booster/disk/disk.h"

namespace booster::disk {

constexpr std::uint64_t kReserveBytes = 16u << 20;  // one checkpoint of the journal plus a large mail

// Owns  borrows the disk. Not thread safe.
class ReserveFile {
 public:
  ReserveFile(Disk& disk, Path path, std::uint64_t size = kReserveBytes)
      : disk_(disk), path_(std::move(path)), size_(size) {}

  // Sets the space aside.   Errors  Full: there is none; what was allotted is given back
  Result<> take();
  // Frees it. True when there was something to free: the failed write is then worth one more try.
  Result<bool> give_up();
  Result<bool> held() const;

 private:
  Disk& disk_;
  Path path_;
  std::uint64_t size_;
};

}  // namespace booster::disk
