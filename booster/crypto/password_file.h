// A password that stands in a file of its own.
#pragma once
#include "booster/crypto/secret.h"
#include "booster/disk/disk.h"

namespace booster::crypto {

constexpr std::size_t kMaxPasswordFile = 4096;

// Its one line; the line's end is not part of the password.
//   Errors  Corrupt: empty · Limit · those of the disk
Result<Secret> read_password_file(disk::Disk& files, const disk::Path& path);

}  // namespace booster::crypto
