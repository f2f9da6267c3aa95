// RotatingFile: text that is appended without end takes only so much of a disk. Blocking: for a SerialThread.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "booster/disk/disk.h"

namespace booster::carrier {

class RotatingFile {
 public:
  // Begins anew with `header`; what stood at `path` is put aside as `path`.1, in the place of an earlier one. When half
  // of `limit` is reached the same happens again.
  //   Limits  both files together: `limit` octets
  //   Errors  Conflict: something stands there whose first octet is not the header's; those of the disk
  //   Owns    borrows `disk`
  static Result<std::unique_ptr<RotatingFile>> open(disk::Disk& disk, disk::Path path, std::uint64_t limit,
                                                    std::string header);
  // Whole lines.   Errors  those of the disk; part of it may be there
  Result<> append(std::string_view text);

 private:
  RotatingFile(disk::Disk& disk, disk::Path path, std::uint64_t limit, std::string header)
      : disk_(disk), path_(std::move(path)), most_(limit / 2), header_(std::move(header)) {}
  Result<> begin();
  Result<> check_ours(const disk::Path& path);

  disk::Disk& disk_;
  disk::Path path_;
  std::uint64_t most_;  // of one file
  std::string header_;
  std::unique_ptr<disk::File> file_;
  std::uint64_t size_ = 0;
};

}  // namespace booster::carrier
