#include "booster/carrier/rotating_file.h"

#include <array>

namespace booster::carrier {

Result<std::unique_ptr<RotatingFile>> RotatingFile::open(disk::Disk& disk, disk::Path path, std::uint64_t limit,
                                                         std::string header) {
  std::unique_ptr<RotatingFile> file(new RotatingFile(disk, std::move(path), limit, std::move(header)));
  TRY(file->begin());
  return file;
}

// A name that was mistyped must not cost somebody a file.
Result<> RotatingFile::check_ours(const disk::Path& path) {
  const Result<disk::Stat> found = disk_.stat(path);
  if (!found && found.error().code == Errc::NotFound) return {};
  if (!found) return tl::unexpected(found.error());
  const Error foreign(Errc::Conflict, path.native() + " is there and was not written by us");
  if (found->kind != disk::Kind::File) return tl::unexpected(foreign);
  TRY_ASSIGN(const auto file, disk_.open(path, disk::OpenOptions::read()));
  std::array<std::byte, 1> first{};
  TRY_ASSIGN(const std::size_t count, file->read_at(0, first));
  if (count > 0 && first[0] != as_bytes(header_).front()) return tl::unexpected(foreign);
  return {};
}

Result<> RotatingFile::begin() {
  file_.reset();
  disk::Path aside = path_;
  aside += ".1";
  TRY(check_ours(path_));
  TRY(check_ours(aside));
  Result<> moved = disk_.rename(path_, aside);
  if (!moved && moved.error().code != Errc::NotFound) return moved;
  TRY_ASSIGN(file_, disk_.open(path_, {.write = true, .create = true, .exclusive = true}));
  TRY(file_->append(as_bytes(header_)));
  size_ = header_.size();
  return {};
}

Result<> RotatingFile::append(std::string_view text) {
  if (size_ + text.size() > most_ && size_ > header_.size()) TRY(begin());
  TRY(file_->append(as_bytes(text)));
  size_ += text.size();
  return {};
}

}  // namespace booster::carrier
