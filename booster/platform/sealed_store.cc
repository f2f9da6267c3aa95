// The sealed-file form.   File: (name:sized secret:sized)*, sealed as SEAL.md says, rewritten whole at each change.
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "booster/crypto/sealed_file.h"
#include "booster/disk/durable.h"
#include "booster/platform/secret_names.h"
#include "booster/platform/secret_store.h"
#include "codec/base/varint.h"

namespace booster::platform {
namespace {

using Secrets = std::map<std::string, crypto::Secret, std::less<>>;

constexpr std::size_t kMaxOneSecret = 64u << 10;
constexpr int kLockTries = 100;  // the daemon and a command write in turn, each for some milliseconds
constexpr std::chrono::milliseconds kLockPause{20};

Result<Secrets> decode(ByteView bytes) {
  Secrets secrets;
  ByteReader in(bytes);
  while (!in.empty()) {
    const Result<ByteView> name = in.sized(kMaxSecretName);
    const Result<ByteView> secret = name ? in.sized(kMaxOneSecret) : name;
    if (!secret) return fail(Errc::Corrupt, "secrets: " + secret.error().what);
    secrets[codec::to_string(*name)] = crypto::Secret::of(*secret);
  }
  return secrets;
}

crypto::Secret encode(const Secrets& secrets) {
  std::size_t size = 0;
  for (const auto& [name, secret] : secrets) size += name.size() + secret.size() + 2 * codec::kMaxVarint;
  Bytes bytes;
  bytes.reserve(size);  // never moves: nothing unwiped stays behind
  ByteWriter out(bytes);
  for (const auto& [name, secret] : secrets) {
    out.sized(as_bytes(name));
    out.sized(secret.reveal());
  }
  return crypto::Secret(std::move(bytes));
}

class SealedStore final : public SecretStore {
 public:
  SealedStore(disk::Disk& disk, const disk::Path& directory)
      : disk_(disk), directory_(directory), file_(disk, directory / "secrets.sealed", directory / "secrets.key") {}

  Result<> put(std::string_view name, const crypto::Secret& secret) override {
    TRY(check_secret_name(name));
    if (secret.size() > kMaxOneSecret) return fail(Errc::Limit, "put secret: too large");
    return change([&](Secrets& secrets) { secrets[std::string(name)] = secret.copy(); });
  }

  Result<std::optional<crypto::Secret>> get(std::string_view name) override {
    TRY(check_secret_name(name));
    const std::lock_guard held(mutex_);
    TRY_ASSIGN(const Secrets secrets, load());
    const auto found = secrets.find(name);
    if (found == secrets.end()) return std::optional<crypto::Secret>();
    return std::optional(found->second.copy());
  }

  Result<> remove(std::string_view name) override {
    TRY(check_secret_name(name));
    return change([&](Secrets& secrets) {
      if (const auto found = secrets.find(name); found != secrets.end()) secrets.erase(found);
    });
  }

  std::string description() const override {
    return "sealed file " + (directory_ / "secrets.sealed").native() +
           " with its key beside it: whoever can read this user's files can read the passwords";
  }

 private:
  Result<Secrets> load() {
    TRY_ASSIGN(const std::optional<crypto::Secret> contents, file_.read());
    if (!contents) return Secrets();
    return decode(contents->reveal());
  }

  Result<std::unique_ptr<disk::Lock>> lock() {
    for (int i = 1;; ++i) {
      Result<std::unique_ptr<disk::Lock>> lock = disk_.try_lock(directory_ / "secrets.lock");
      if (lock || lock.error().code != Errc::Conflict || i == kLockTries) return lock;
      std::this_thread::sleep_for(kLockPause);
    }
  }

  template <class Change>
  Result<> change(Change apply) {
    const std::lock_guard held(mutex_);
    TRY(disk::make_directories_durably(disk_, directory_));
    TRY_ASSIGN(const std::unique_ptr<disk::Lock> turn, lock());
    TRY_ASSIGN(Secrets secrets, load());
    apply(secrets);
    return file_.write(encode(secrets));
  }

  disk::Disk& disk_;
  disk::Path directory_;
  crypto::SealedFile file_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<SecretStore> make_sealed_file_store(disk::Disk& disk, const disk::Path& directory) {
  return std::make_unique<SealedStore>(disk, directory);
}

}  // namespace booster::platform
