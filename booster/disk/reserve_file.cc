#include "booster/disk/reserve_file.h"

#include "booster/disk/durable.h"

namespace booster::disk {

Result<> ReserveFile::take() {
  Result<> done = [&]() -> Result<> {
    TRY_ASSIGN(const std::unique_ptr<File> file, disk_.open(path_, OpenOptions::update_or_create()));
    TRY(file->reserve(size_));
    return file->sync();  // delayed allocation may not hold the space otherwise
  }();
  if (!done) (void)disk_.unlink(path_);  // half a reserve takes space and promises nothing
  return done;
}

Result<bool> ReserveFile::give_up() {
  TRY_ASSIGN(const bool there, exists(disk_, path_));
  if (there) TRY(disk_.unlink(path_));
  return there;
}

Result<bool> ReserveFile::held() const {
  const Result<Stat> stat = disk_.stat(path_);
  if (stat) return stat->size >= size_;
  if (stat.error().code == Errc::NotFound) return false;
  return tl::unexpected(stat.error());
}

}  // namespace booster::disk
