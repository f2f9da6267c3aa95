// Whether a mail looks as if it held what lets its reader in: a code, a password, a link to log in. Wrong alarms cost
// octets, misses cost secrets: when in doubt, yes.                                           Source: RULES.md §2
#pragma once
#include <string_view>

namespace codec::refer {

// `text`: decoded; `octets`: the body as it stands, where a link's target is seen too.
bool looks_like_credential(std::string_view subject, std::string_view text, std::string_view octets);

}  // namespace codec::refer
