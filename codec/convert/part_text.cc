#include "codec/convert/part_text.h"

#include <algorithm>
#include <string>

#include "codec/convert/header_text.h"
#include "codec/convert/html_text.h"
#include "codec/convert/search_text.h"
#include "codec/mime/transfer.h"

namespace codec::convert {

bool is_text(const mime::Part& part) {
  return part.kind == mime::PartKind::Leaf && part.content.is("text");
}

void stream_part_text(ByteView mail, const mime::Part& part, std::size_t limit,
                      const std::function<bool(std::string_view utf8)>& sink) {
  const mime::Parameter* charset = mime::find_parameter(part.content.parameters, "charset");
  mime::TransferDecoder transfer(part.content.encoding);
  TextDecoder decoder(charset == nullptr ? std::string_view() : std::string_view(charset->value));
  HtmlText html;
  const bool is_html = part.content.is("text", "html");
  const ByteView body = mime::slice(mail, part.body).first(std::min(limit, part.body.size()));

  std::string octets;
  std::string text;
  for (std::size_t at = 0; at < body.size(); at += kTextPiece) {
    const ByteView piece = body.subspan(at, std::min(kTextPiece, body.size() - at));
    octets.clear();
    text.clear();
    transfer.decode(piece, octets);
    if (at + piece.size() == body.size()) transfer.finish(octets);
    decoder.decode(octets, text);
    if (at + piece.size() == body.size()) decoder.finish(text);
    if (is_html) {
      std::string plain;
      html.feed(text, plain);
      text = std::move(plain);
    }
    if (!text.empty() && !sink(text)) return;
  }
}

}  // namespace codec::convert
