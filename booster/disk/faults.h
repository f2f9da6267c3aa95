// Which disk call fails, for tests: "the k-th from now, once or from then on". One plan serves a FaultyDisk and the
// SQLite shim of booster/sql alike, so a loop over k walks through everything a component does to the disk.
#pragma once
#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "booster/disk/disk.h"

namespace booster::disk {

enum class Operation { Open, Read, Write, Sync, Truncate, Rename, Link, Unlink, Directory, Stat, SyncDirectory, Lock };

// Thread safe: the disk is used on serial threads while the test looks on.
class Faults {
 public:
  // The k-th counted call from now (1: the next) fails with this errno, as do the `times - 1` after it.
  void fail_at(std::uint64_t k, int error = EIO, std::uint64_t times = 1);
  void fail_from(std::uint64_t k, int error = EIO) { fail_at(k, error, UINT64_MAX); }
  void clear();
  void count_reads(bool on);  // off at first: reads, opens for reading, stats are then neither counted nor failed

  std::uint64_t calls() const;     // counted since the last fail_at or clear
  std::uint64_t failures() const;  // handed out since then

  // Asked before each call: the errno to fail with, or nullopt.
  std::optional<int> next(Operation operation);

 private:
  mutable std::mutex mutex_;
  std::uint64_t calls_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t at_ = 0;  // 0: never
  std::uint64_t times_ = 0;
  int error_ = 0;
  bool count_reads_ = false;
};

// Every call asks `faults` first; a failing write leaves half of its bytes, as a real one may.
//   Owns  borrows both
std::unique_ptr<Disk> make_faulty_disk(Disk& under, Faults& faults);

}  // namespace booster::disk
