// A disk in memory for tests that knows what is durable and what is not.
#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "booster/disk/disk.h"

namespace booster::disk {

// Starts with the root folder "/" only; paths are absolute. Thread safe. Its files and locks may outlive neither it
// nor a power cut (they then answer Io).
class MemoryDisk final : public Disk {
 public:
  MemoryDisk();
  ~MemoryDisk() override;

  // The power goes: what was not synced is gone (file contents since the last sync, names since the last directory
  // sync), locks are released, open files are dead.
  void power_cut();
  // File contents together may take so many bytes; then Full.
  void set_capacity(std::uint64_t bytes);
  std::uint64_t used() const;

  Result<std::unique_ptr<File>> open(const Path& path, const OpenOptions& options) override;
  Result<> rename(const Path& from, const Path& to) override;
  Result<> link(const Path& from, const Path& to) override;
  Result<> unlink(const Path& path) override;
  Result<> make_directory(const Path& path, mode_t mode = kPrivateDirectory) override;
  Result<> remove_directory(const Path& path) override;
  Result<std::vector<std::string>> list(const Path& directory) override;
  Result<Stat> stat(const Path& path) override;
  Result<> sync_directory(const Path& directory) override;
  Result<std::uint64_t> free_space(const Path& path) override;
  Result<std::unique_ptr<Lock>> try_lock(const Path& path) override;

 private:
  struct Tree;
  std::shared_ptr<Tree> tree_;
};

}  // namespace booster::disk
