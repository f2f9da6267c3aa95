// Parameters of Content-Type and Content-Disposition; RFC 2231 sections joined.           Source: RFC 2045 §5.1, 2231
// §3, 4
#pragma once
#include "codec/mime/content_fields.h"
#include "codec/mime/tokens.h"

namespace codec::mime {

// *(";" attribute "=" value)
Parameters parse_parameters(TokenReader& reader);

}  // namespace codec::mime
