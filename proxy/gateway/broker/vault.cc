#include "proxy/gateway/broker/vault.h"

#include <algorithm>

#include "booster/crypto/password_file.h"
#include "booster/disk/durable.h"

namespace proxy::gateway::broker {
namespace {

namespace disk = booster::disk;

constexpr std::size_t kKeyBytes = 32;

Result<Secret> load_or_make_key(disk::Disk& files, const disk::Path& path) {
  Result<Bytes> held = disk::read_file(files, path, kKeyBytes + 1);
  if (held) {
    if (held->size() != kKeyBytes) return fail(Errc::Corrupt, "refused-password key: wrong size");
    return Secret(*std::move(held));
  }
  if (held.error().code != Errc::NotFound) return tl::unexpected(held.error());
  Secret fresh = Secret::random(kKeyBytes);
  TRY(disk::create_file_durably(files, path, fresh.reveal()));
  return fresh;
}

}  // namespace

Result<std::vector<std::string>> Vault::configure(disk::Disk& files, const Configure& settings) {
  TRY_ASSIGN(key_, load_or_make_key(files, settings.key_file));
  std::vector<std::string> troubles;
  masters_.clear();
  for (const Configure::Master& master : settings.masters) {
    Result<Secret> password = booster::crypto::read_password_file(files, master.password_file);
    if (!password) {
      troubles.push_back("master user of " + master.domain + ": " + codec::to_string(password.error()));
      continue;
    }
    masters_[master.domain] = *std::move(password);
  }
  return troubles;
}

const Secret* Vault::find(const std::string& account) const {
  const auto found = passwords_.find(account);
  return found == passwords_.end() ? nullptr : &found->second;
}

const Secret* Vault::find_master(const std::string& domain) const {
  const auto found = masters_.find(domain);
  return found == masters_.end() ? nullptr : &found->second;
}

void Vault::remember(const KnownRefusal& refusal, WallTime now) {
  if (refusal.expires_at <= now || refusal.tag.size() != booster::crypto::kDigestBytes) return;
  if (refused_.size() >= kTaggedAccounts && !refused_.contains(refusal.account)) refused_.erase(refused_.begin());
  std::vector<KnownRefusal>& tags = refused_[refusal.account];
  std::erase_if(tags, [&](const KnownRefusal& known) { return known.expires_at <= now || known.tag == refusal.tag; });
  if (tags.size() >= kTagsPerAccount) tags.erase(tags.begin());
  tags.push_back(refusal);
}

std::optional<WallTime> Vault::refused_until(const std::string& account, const booster::crypto::Digest& tag,
                                             WallTime now) const {
  const auto found = refused_.find(account);
  if (found == refused_.end()) return std::nullopt;
  for (const KnownRefusal& known : found->second)
    if (known.expires_at > now && booster::crypto::constant_time_equal(known.tag, tag.view())) return known.expires_at;
  return std::nullopt;
}

}  // namespace proxy::gateway::broker
