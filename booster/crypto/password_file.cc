#include "booster/crypto/password_file.h"

#include "booster/disk/durable.h"

namespace booster::crypto {

Result<Secret> read_password_file(disk::Disk& files, const disk::Path& path) {
  TRY_ASSIGN(Bytes bytes, disk::read_file(files, path, kMaxPasswordFile));
  while (!bytes.empty() && (bytes.back() == std::byte{'\n'} || bytes.back() == std::byte{'\r'})) bytes.pop_back();
  if (bytes.empty()) return fail(Errc::Corrupt, "password file is empty");
  return Secret(std::move(bytes));
}

}  // namespace booster::crypto
