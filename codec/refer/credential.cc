#include "codec/refer/credential.h"

#include <algorithm>
#include <array>
#include <string>

#include "codec/mime/header.h"

namespace codec::refer {
namespace {

// In English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, as they stand in such mail, lower case.
// Stems: "verif" is verify, verification, vérifier's like, verificación.
constexpr std::array kWords{"one-time",
                            "one time",
                            "onetime",
                            "otp",
                            "passcode",
                            "pass code",
                            "password",
                            "passwort",
                            "passphrase",
                            "mot de passe",
                            "contrase",
                            "senha",
                            "wachtwoord",
                            "has\xc5\x82",
                            "kennwort",
                            "verif",
                            "2fa",
                            "two-factor",
                            "two-step",
                            "mfa",
                            "security code",
                            "sicherheitscode",
                            "access code",
                            "login code",
                            "log-in code",
                            "sign-in",
                            "sign in",
                            "signin",
                            "log in",
                            "login",
                            "anmeld",
                            "magic link",
                            "einmal",
                            "freischalt",
                            "best\xc3\xa4tigungscode",
                            "code de ",
                            "code :",
                            "c\xc3\xb3"
                            "digo",
                            "codice",
                            " pin ",
                            "pin:",
                            "your pin",
                            " tan ",
                            "tan:",
                            "activat",
                            "aktivier",
                            "reset",
                            "recover",
                            "confirm your",
                            "confirmation code",
                            "authenticat",
                            "authoriz",
                            "token",
                            "secret",
                            "api key",
                            "invite code",
                            "code is",
                            "your code",
                            "ihr code",
                            "unlock"};

constexpr std::size_t kShortest = 4;  // of a code
constexpr std::size_t kLongest = 10;
constexpr std::size_t kLongToken = 20;  // of letters and digits in one piece: what a link that lets in ends with

bool has_word(std::string_view lower) {
  return std::any_of(kWords.begin(), kWords.end(),
                     [lower](std::string_view word) { return lower.find(word) != std::string_view::npos; });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A run of 4 to 10 digits (with one blank or hyphen inside, "123 456"), or letters and digits mixed; or a long token.
bool has_code(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at]) && !is_letter(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    std::size_t digits = 0;
    for (; at < text.size() && (is_digit(text[at]) || is_letter(text[at])); ++at) digits += is_digit(text[at]) ? 1 : 0;
    const std::size_t size = at - begin;
    if (digits >= kShortest && size <= kLongest) return true;
    if (digits >= 2 && digits < size && size >= kShortest && size <= kLongest) return true;  // G7K2
    if (size >= kLongToken && digits > 0) return true;
    const bool split = size == digits && size >= 2 && at + 1 < text.size() && (text[at] == ' ' || text[at] == '-') &&
                       is_digit(text[at + 1]);
    if (split && at + 2 < text.size() && is_digit(text[at + 2])) return true;  // 123 456
  }
  return false;
}

}  // namespace

bool looks_like_credential(std::string_view subject, std::string_view text, std::string_view octets) {
  if (has_word(mime::to_lower(subject))) return true;
  return has_word(mime::to_lower(text)) && (has_code(text) || has_code(octets));
}

}  // namespace codec::refer
