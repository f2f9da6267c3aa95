// esmtp-param = esmtp-keyword [ "=" esmtp-value ]                                              Source: RFC 5321 §4.1.2
#pragma once
#include "proxy/smtp/command.h"

namespace proxy::smtp {

// Each takes all of `text`; nullopt: fine, else the reply that refuses it.
std::optional<Reply> parse_parameters(std::string_view text, const Capabilities& offers, MailParameters& out);
std::optional<Reply> parse_parameters(std::string_view text, const Capabilities& offers, RecipientParameters& out);

}  // namespace proxy::smtp
