#include "codec/refer/authentication.h"

#include "codec/mime/header.h"
#include "codec/mime/tokens.h"

namespace codec::refer {
namespace {

using mime::equal_ignoring_case;
using mime::TokenReader;

constexpr std::size_t kMostResults = 64;  // of one field

std::string value_of(TokenReader& in) {
  in.skip_blanks();
  return in.peek() == '"' ? in.quoted() : std::string(in.until(";()\""));
}

// What follows "dkim=pass": header.d=DOMAIN, or header.i=@DOMAIN where the signer names no domain.
std::string signer_of(TokenReader& in) {
  std::string by_domain;
  std::string by_identity;
  for (in.skip_blanks(); !in.at_end() && in.peek() != ';'; in.skip_blanks()) {
    const std::string_view name = in.until("=;()\"");
    in.skip_blanks();
    if (!in.take('=')) {
      if (name.empty()) in.skip();
      continue;
    }
    std::string value = mime::to_lower(value_of(in));
    if (equal_ignoring_case(name, "header.d"))
      by_domain = std::move(value);
    else if (equal_ignoring_case(name, "header.i"))
      by_identity = value.substr(value.rfind('@') + 1);
  }
  return by_domain.empty() ? by_identity : by_domain;
}

}  // namespace

// authres-payload = authserv-id [ version ] 1*( ";" method "=" result *( ptype "." property "=" value ) )       §2.2
void append_signers(std::string_view value, std::string_view authserv_id, std::vector<std::string>& signers) {
  TokenReader in(value);
  if (authserv_id.empty() || !equal_ignoring_case(value_of(in), authserv_id)) return;
  for (std::size_t i = 0; i < kMostResults && signers.size() < kMostSigners; ++i) {
    in.skip_until(';');
    if (!in.take(';')) return;
    in.skip_blanks();
    const std::string_view method = in.until("=/;()\"");
    in.skip_blanks();
    if (in.take('/')) {
      in.skip_blanks();
      in.until("=;()\"");  // the method's version
      in.skip_blanks();
    }
    if (!in.take('=')) continue;
    in.skip_blanks();
    const std::string_view result = in.until(";()\"");
    if (!equal_ignoring_case(method, "dkim") || !equal_ignoring_case(result, "pass")) continue;
    std::string signer = signer_of(in);
    if (!signer.empty()) signers.push_back(std::move(signer));
  }
}

bool is_aligned(std::string_view domain, std::string_view signer) {
  if (signer.find('.') == std::string_view::npos) return false;  // no top level signs for what is below it
  if (domain == signer) return true;
  return domain.size() > signer.size() && domain.substr(domain.size() - signer.size()) == signer &&
         domain[domain.size() - signer.size() - 1] == '.';
}

}  // namespace codec::refer
