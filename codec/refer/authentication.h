// Which domains signed a mail, by the word of the receiving server.                         Source: RFC 8601
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace codec::refer {

constexpr std::size_t kMostSigners = 16;

// Appends the domains (lower case) of every dkim=pass in one Authentication-Results value, when it is `authserv_id`'s.
void append_signers(std::string_view value, std::string_view authserv_id, std::vector<std::string>& signers);

// Whether `domain` is the signer's, or lies below it. Not the other way: a signer below a public suffix proves nothing
// for what stands above.
bool is_aligned(std::string_view domain, std::string_view signer);

}  // namespace codec::refer
