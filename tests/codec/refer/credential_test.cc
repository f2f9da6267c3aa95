#include "codec/refer/credential.h"

#include <gtest/gtest.h>

namespace codec::refer {
namespace {

bool plain(std::string_view subject, std::string_view text) {
  return looks_like_credential(subject, text, text);
}

TEST(Credential, SeesCodes) {
  EXPECT_TRUE(plain("Your verification code", "Hello"));
  EXPECT_TRUE(plain("Hello", "Your one-time code is 482913."));
  EXPECT_TRUE(plain("Hello", "Use 482 913 to sign in"));
  EXPECT_TRUE(plain("Hello", "enter the security code\r\n\r\nG7K2-XY"));
  EXPECT_TRUE(plain("Ihre TAN", "Ihr Code lautet 1234"));
  EXPECT_TRUE(plain("Votre code de connexion", "123456"));
  EXPECT_TRUE(plain("Hola",
                    "su contrase\xc3\xb1"
                    "a temporal: abc123de"));
}

TEST(Credential, SeesLinksThatLetIn) {
  EXPECT_TRUE(plain("Reset your password", "Click here"));
  EXPECT_TRUE(looks_like_credential("Welcome", "Click here to log in",
                                    "<a href=\"https://a.example/l?t=a8Fj3kd92kdLs92jfk2L\">Click here to log in</a>"));
}

TEST(Credential, LeavesOrdinaryMailAlone) {
  EXPECT_FALSE(plain("Lunch", "Shall we meet at noon?"));
  EXPECT_FALSE(plain("Build 1234 failed", "See the log of job 99812"));
  EXPECT_FALSE(plain("Re: [PATCH v2 1/2] net: drop the lock", "@@ -1,7 +1,7 @@ 0123456789abcdef"));
}

}  // namespace
}  // namespace codec::refer
