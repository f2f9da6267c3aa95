#include "codec/refer/prefix.h"

#include "codec/mime/splitter.h"

namespace codec::refer {

void append_reference(ByteView mail, Bytes& prefix) {
  if (mail.size() > kMostOfOne) mail = mail.first(mime::split_point(mail.first(kMostOfOne)));
  mime::Splitter splitter;
  const mime::SplitBlock block = splitter.split(mail);
  prefix.insert(prefix.end(), block.content.begin(), block.content.end());
}

}  // namespace codec::refer
