#include "booster/crypto/sealed_file.h"

#include "booster/crypto/seal.h"
#include "booster/disk/durable.h"

namespace booster::crypto {

std::string SealedFile::context() const {
  return "file:" + path_.filename().native();
}

Result<Secret> SealedFile::key(bool make) {
  Result<Bytes> bytes = disk::read_file(disk_, key_path_, kSealKeyBytes);
  if (!bytes && bytes.error().code == Errc::NotFound && make) {
    const Secret fresh = Secret::random(kSealKeyBytes);
    // Never replaces: whoever made one meanwhile has perhaps sealed with it.
    const Result<> made = disk::create_file_durably(disk_, key_path_, fresh.reveal());
    if (!made && made.error().code != Errc::Conflict) return tl::unexpected(made.error());
    bytes = disk::read_file(disk_, key_path_, kSealKeyBytes);
  }
  if (!bytes) {
    if (bytes.error().code == Errc::Limit) return fail(Errc::Corrupt, std::move(bytes.error().what));
    return tl::unexpected(std::move(bytes.error()));
  }
  Secret key(std::move(*bytes));
  if (key.size() != kSealKeyBytes) return fail(Errc::Corrupt, "read " + key_path_.filename().native() + ": no key");
  return key;
}

Result<std::optional<Secret>> SealedFile::read() {
  const Result<Bytes> sealed = disk::read_file(disk_, path_, kMaxSealedFile);
  if (!sealed) {
    if (sealed.error().code == Errc::NotFound) return std::optional<Secret>();
    return tl::unexpected(sealed.error());
  }
  TRY_ASSIGN(const Secret with, key(false));
  TRY_ASSIGN(Secret contents, open_sealed(with, context(), *sealed).context(path_.filename().native()));
  return std::optional<Secret>(std::move(contents));
}

Result<> SealedFile::write(const Secret& contents) {
  if (contents.size() > kMaxSealedFile - kSealOverhead) {
    return fail(Errc::Limit, "write " + path_.filename().native() + ": too large");
  }
  TRY_ASSIGN(const bool there, disk::exists(disk_, path_));
  TRY_ASSIGN(const Secret with, key(!there));  // a lost key is told, not papered over
  TRY_ASSIGN(const Bytes sealed, seal(with, context(), contents.reveal()));
  return disk::write_file_durably(disk_, path_, sealed);
}

Result<> SealedFile::remove() {
  return disk::remove_file_durably(disk_, path_);
}

}  // namespace booster::crypto
