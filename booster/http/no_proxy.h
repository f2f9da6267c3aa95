// Which hosts are reached without a proxy.                        Source: curl(1), environment variable NO_PROXY
#pragma once
#include <string_view>

namespace booster::http {

// `list`: names and addresses, between them commas or blanks. A name stands for itself and for every name below it; a
// dot before or behind it says nothing more. An address, IPv6 in brackets or not, stands for itself, with /bits for its
// network. "*" alone is every host. A name of `host` is not resolved: it equals no address.
bool is_exempt(std::string_view host, std::string_view list);

}  // namespace booster::http
