// Format converter of appointments, tasks, notes and contacts: iCalendar (RFC 5545) and vCard (2.1, RFC 2426, RFC 6350)
// text <-> property chain, octet for octet. One pair of functions for both: they share the content line, and a mail may
// hold either under a wrong name. The chain is what revisions are compared by (property/difference.h with kUid as the
// identity), and what calendar_view.h and contact_view.h read.                                        Source: CARDS.md
#pragma once
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/convert/card/names.h"
#include "codec/property/chain.h"

namespace codec::convert::card {

// Time linear in the text. What it gives has been turned back and compared.
//   Errors  Limit: limits.h · Unsupported: no component in it. Then the caller carries the octets as they are.
Result<property::Chain> to_chain(std::string_view text);

//   Errors  Protocol: not a chain of to_chain's · Limit: limits.h
Result<std::string> to_text(const property::Chain& chain);

// Where a component stands in capitals on its own lines its id says which it is; else its BEGIN line does.
bool is_component(const property::Entry& entry, const Property<Type::Chain>& which);

}  // namespace codec::convert::card
