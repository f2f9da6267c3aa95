// OpenSSL's error queue as text.
#pragma once
#include <string>

namespace booster::tls {

// The oldest queued reason, and clears the queue; "unknown" when there is none.
std::string take_openssl_error();

}  // namespace booster::tls
