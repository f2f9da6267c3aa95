#include "codec/refer/prefix.h"

#include "codec/content/unwrapper.h"

namespace codec::refer {

Result<> append_reference(ByteView mail, Extent extent, Bytes& prefix) {
  const Bytes content = content::content_of(mail, most_octets(extent));
  if (content.size() > kMostPrefix - prefix.size()) return fail(Errc::Limit, "references of a mail");
  prefix.insert(prefix.end(), content.begin(), content.end());
  return {};
}

}  // namespace codec::refer
