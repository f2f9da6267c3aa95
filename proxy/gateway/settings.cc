#include "proxy/gateway/settings.h"

#include "booster/crypto/digest.h"

namespace proxy::gateway {

const DomainSettings* GatewaySettings::find_domain(const std::string& domain) const {
  const DomainSettings* any = nullptr;
  for (const DomainSettings& entry : domains) {
    if (entry.domain == domain) return &entry;
    if (entry.domain == "*") any = &entry;
  }
  return any;
}

std::string default_login(const DomainSettings& domain, const Account& account) {
  return domain.login == LoginName::LocalPart ? account.local_part() : account.address;
}

Credential own_credential(const DomainSettings& domain, const Account& account, booster::crypto::Secret password) {
  Credential credential;
  credential.login = account.login.empty() ? default_login(domain, account) : account.login;
  credential.password = std::move(password);
  return credential;
}

Credential master_credential(const DomainSettings& domain, const Account& account, booster::crypto::Secret password) {
  Credential credential;
  const std::string user = default_login(domain, account);
  if (domain.master->form == MasterForm::UserStarMaster) {
    credential.login = user + kMasterSeparator + domain.master->user;
  } else {
    credential.login = domain.master->user;
    credential.authorize_as = user;
  }
  credential.password = std::move(password);
  return credential;
}

std::string state_file_stem(const Account& account) {
  return booster::crypto::sha256(account.key()).hex().substr(0, 32);
}

}  // namespace proxy::gateway
