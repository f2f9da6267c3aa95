// SQLite's file layer with faults: wraps the system's and asks a disk::Faults plan before each call, as a FaultyDisk
// does. For tests; open with Options{.vfs = vfs.name()}.
#pragma once
#include <memory>
#include <string>

#include "booster/disk/faults.h"

namespace booster::sql {

// Registered with SQLite while it lives. Owns  borrows `faults`; outlives every Database opened with it.
class FaultVfs {
 public:
  explicit FaultVfs(disk::Faults& faults);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const;

  struct State;  // the file layer's own

 private:
  std::unique_ptr<State> state_;
};

}  // namespace booster::sql
