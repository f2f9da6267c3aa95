// Where passwords and keys rest between runs: the desktop's keyring when there is one, else a sealed file. Blocking.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "booster/crypto/secret.h"
#include "booster/disk/disk.h"

namespace booster::platform {

class SecretStore {
 public:
  virtual ~SecretStore() = default;
  // Names are ours: printable ASCII, at most 200 bytes ("account/alice@example.org/password").
  virtual Result<> put(std::string_view name, const crypto::Secret& secret) = 0;
  virtual Result<std::optional<crypto::Secret>> get(std::string_view name) = 0;
  virtual Result<> remove(std::string_view name) = 0;  // a missing one is fine
  // One line for status and `doctor`: where secrets are and who could read them.
  virtual std::string description() const = 0;
};

constexpr std::chrono::seconds kKeyringProbe{3};  // is there one? A headless start must not wait longer
constexpr std::chrono::seconds kKeyringCall{60};  // somebody may have to type the keyring's password

// The freedesktop secret service.   Errors  Unreachable: no session bus, or nobody answers there in time
Result<std::unique_ptr<SecretStore>> make_keyring_store();

// DIRECTORY/secrets.sealed with DIRECTORY/secrets.key, both 0600.   Owns  borrows the disk
std::unique_ptr<SecretStore> make_sealed_file_store(disk::Disk& disk, const disk::Path& directory);

enum class SecretStoreChoice { Auto, Keyring, SealedFile };  // Auto: the keyring when it answers
Result<std::unique_ptr<SecretStore>> make_secret_store(SecretStoreChoice choice, disk::Disk& disk,
                                                       const disk::Path& directory);

}  // namespace booster::platform
