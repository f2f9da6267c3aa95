#include "booster/disk/faults.h"

#include <cerrno>

#include "booster/disk/errors.h"

namespace booster::disk {

void Faults::fail_at(std::uint64_t k, int error, std::uint64_t times) {
  const std::lock_guard held(mutex_);
  calls_ = failures_ = 0;
  at_ = k;
  times_ = times;
  error_ = error;
}

void Faults::clear() {
  fail_at(0, 0, 0);
}

void Faults::count_reads(bool on) {
  const std::lock_guard held(mutex_);
  count_reads_ = on;
}

std::uint64_t Faults::calls() const {
  const std::lock_guard held(mutex_);
  return calls_;
}

std::uint64_t Faults::failures() const {
  const std::lock_guard held(mutex_);
  return failures_;
}

std::optional<int> Faults::next(Operation operation) {
  const std::lock_guard held(mutex_);
  if (!count_reads_ && (operation == Operation::Read || operation == Operation::Stat)) return std::nullopt;
  ++calls_;
  if (at_ == 0 || calls_ < at_ || calls_ - at_ >= times_) return std::nullopt;
  ++failures_;
  return error_;
}

namespace {

class FaultyFile final : public File {
 public:
  FaultyFile(std::unique_ptr<File> under, Faults& faults, Path path)
      : under_(std::move(under)), faults_(faults), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (const auto error = faults_.next(Operation::Read)) return disk_fail("read", path_, *error);
    return under_->read_at(offset, into);
  }
  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    if (const auto error = faults_.next(Operation::Write)) {
      TRY(under_->write_at(offset, bytes.first(bytes.size() / 2)));
      return disk_fail("write", path_, *error);
    }
    return under_->write_at(offset, bytes);
  }
  Result<> append(ByteView bytes) override {
    if (const auto error = faults_.next(Operation::Write)) {
      TRY(under_->append(bytes.first(bytes.size() / 2)));
      return disk_fail("write", path_, *error);
    }
    return under_->append(bytes);
  }
  Result<> sync() override {
    if (const auto error = faults_.next(Operation::Sync)) return disk_fail("sync", path_, *error);
    return under_->sync();
  }
  Result<> sync_data() override {
    if (const auto error = faults_.next(Operation::Sync)) return disk_fail("sync", path_, *error);
    return under_->sync_data();
  }
  Result<> truncate(std::uint64_t size) override {
    if (const auto error = faults_.next(Operation::Truncate)) return disk_fail("truncate", path_, *error);
    return under_->truncate(size);
  }
  Result<> reserve(std::uint64_t size) override {
    if (const auto error = faults_.next(Operation::Write)) return disk_fail("reserve space for", path_, *error);
    return under_->reserve(size);
  }
  Result<Stat> stat() override {
    if (const auto error = faults_.next(Operation::Stat)) return disk_fail("stat", path_, *error);
    return under_->stat();
  }

 private:
  std::unique_ptr<File> under_;
  Faults& faults_;
  Path path_;
};

class FaultyDisk final : public Disk {
 public:
  FaultyDisk(Disk& under, Faults& faults) : under_(under), faults_(faults) {}

  Result<std::unique_ptr<File>> open(const Path& path, const OpenOptions& options) override {
    TRY(ask(options.write ? Operation::Open : Operation::Stat, "open", path));
    TRY_ASSIGN(std::unique_ptr<File> file, under_.open(path, options));
    return std::unique_ptr<File>(std::make_unique<FaultyFile>(std::move(file), faults_, path));
  }
  Result<> rename(const Path& from, const Path& to) override {
    TRY(ask(Operation::Rename, "rename to", to));
    return under_.rename(from, to);
  }
  Result<> link(const Path& from, const Path& to) override {
    TRY(ask(Operation::Link, "link", to));
    return under_.link(from, to);
  }
  Result<> unlink(const Path& path) override {
    TRY(ask(Operation::Unlink, "remove", path));
    return under_.unlink(path);
  }
  Result<> make_directory(const Path& path, mode_t mode) override {
    TRY(ask(Operation::Directory, "make directory", path));
    return under_.make_directory(path, mode);
  }
  Result<> remove_directory(const Path& path) override {
    TRY(ask(Operation::Directory, "remove directory", path));
    return under_.remove_directory(path);
  }
  Result<std::vector<std::string>> list(const Path& directory) override {
    TRY(ask(Operation::Read, "list", directory));
    return under_.list(directory);
  }
  Result<Stat> stat(const Path& path) override {
    TRY(ask(Operation::Stat, "stat", path));
    return under_.stat(path);
  }
  Result<> sync_directory(const Path& directory) override {
    TRY(ask(Operation::SyncDirectory, "sync", directory));
    return under_.sync_directory(directory);
  }
  Result<std::uint64_t> free_space(const Path& path) override {
    TRY(ask(Operation::Stat, "free space of", path));
    return under_.free_space(path);
  }
  Result<std::unique_ptr<Lock>> try_lock(const Path& path) override {
    TRY(ask(Operation::Lock, "lock", path));
    return under_.try_lock(path);
  }

 private:
  Result<> ask(Operation operation, const char* doing, const Path& path) {
    if (const auto error = faults_.next(operation)) return disk_fail(doing, path, *error);
    return {};
  }
  Disk& under_;
  Faults& faults_;
};

}  // namespace

std::unique_ptr<Disk> make_faulty_disk(Disk& under, Faults& faults) {
  return std::make_unique<FaultyDisk>(under, faults);
}

}  // namespace booster::disk
