#include "proxy/gateway/account.h"

#include <gtest/gtest.h>

#include "proxy/gateway/settings.h"

namespace proxy::gateway {
namespace {

using namespace std::string_literals;

TEST(Account, IsCanonicalOnceSoThatOneUserHasOneKey) {
  const auto account = make_account("Alice.Smith+Tag@Example.ORG", "");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->address, "alice.smith+tag@example.org");
  EXPECT_EQ(account->key(), make_account("ALICE.SMITH+TAG@EXAMPLE.org", "")->key());
  EXPECT_EQ(account->domain(), "example.org");
  EXPECT_EQ(account->local_part(), "alice.smith+tag");
}

TEST(Account, AnotherLoginNameIsAnotherAccount) {
  EXPECT_NE(make_account("alice@example.org", "bob")->key(), make_account("alice@example.org", "")->key());
  EXPECT_NE(make_account("alice@example.org", "bob")->key(), make_account("alice@example.org", "alice")->key());
}

TEST(Account, BytesOutsideTheListAreRefused) {
  const std::string bad[] = {"",
                             "alice",
                             "@example.org",
                             "alice@",
                             "alice@@example.org",
                             "alice@example.org@example.net",
                             "al*ice@example.org",
                             "alice*master@example.org",
                             "al ice@example.org",
                             "al\tice@example.org",
                             "al\0ice@example.org"s,
                             "al\r\nice@example.org",
                             "al%d@example.org",
                             "\"alice\"@example.org",
                             "alice@exa_mple.org",
                             "alice@-example.org",
                             "alice@example..org",
                             "alice@example.org.",
                             ".alice@example.org",
                             "../alice@example.org",
                             "alice\x7f@example.org",
                             "ali\xc3\xa7"
                             "e@example.org",
                             "al'ice;drop@example.org",
                             std::string(65, 'a') + "@example.org",
                             "alice@" + std::string(254, 'a')};
  for (const std::string& address : bad) EXPECT_FALSE(make_account(address, "")) << address;
}

// CVE-2008-1218: a TAB in the password became another field of the internal protocol; a name could do the same.
TEST(Account, ALoginNameCannotCarryAMasterUserOrAnotherField) {
  const std::string bad[] = {"root*master", "root\tmaster_user=x", "root\0x"s, "root x", "root\n", "%u", "\"root\"",
                             "r;s"};
  for (const std::string& login : bad) EXPECT_FALSE(make_account("alice@example.org", login)) << login;
  EXPECT_TRUE(make_account("alice@example.org", "CORP\\alice"));
}

// CVE-2026-24031: user names reach SQL and file names only as bound values or as digests.
TEST(Account, AStateFilesNameIsADigest) {
  const Account one = *make_account("a'or'1'='1@example.org", "");
  const Account other = *make_account("a/b@example.org", "");
  EXPECT_EQ(state_file_stem(one).size(), 32U);
  EXPECT_EQ(state_file_stem(other).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(state_file_stem(one), state_file_stem(other));
}

TEST(Settings, AMasterUsersCredentialNamesTheUserItActsFor) {
  DomainSettings domain;
  domain.domain = "example.org";
  domain.master = MasterSettings{"packetboat", "/nowhere", MasterForm::AuthorizationId};
  const Account alice = *make_account("alice@example.org", "");
  Credential credential = master_credential(domain, alice, booster::crypto::Secret::of_text("m"));
  EXPECT_EQ(credential.login, "packetboat");
  EXPECT_EQ(credential.authorize_as, "alice@example.org");
  domain.master->form = MasterForm::UserStarMaster;
  domain.login = LoginName::LocalPart;
  credential = master_credential(domain, alice, booster::crypto::Secret::of_text("m"));
  EXPECT_EQ(credential.login, "alice*packetboat");
  EXPECT_EQ(credential.authorize_as, "");
}

TEST(Settings, ADomainOfItsOwnGoesBeforeTheRest) {
  GatewaySettings settings;
  DomainSettings any;
  any.domain = "*";
  DomainSettings own;
  own.domain = "example.org";
  settings.domains = {any, own};
  EXPECT_EQ(settings.find_domain("example.org")->domain, "example.org");
  EXPECT_EQ(settings.find_domain("example.net")->domain, "*");
  settings.domains = {own};
  EXPECT_EQ(settings.find_domain("example.net"), nullptr);
}

}  // namespace
}  // namespace proxy::gateway
