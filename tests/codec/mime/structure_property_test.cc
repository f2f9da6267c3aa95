#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codec/mime/section.h"
#include "tests/codec/mime/mime_checks.h"

namespace codec::mime {
namespace {

const std::vector<std::string> kLines = {"",
                                         "--a",
                                         "--a--",
                                         "--aa",
                                         "--aa--",
                                         "--b",
                                         "--b--",
                                         "text",
                                         "Content-Type: multipart/mixed; boundary=a",
                                         "Content-Type: multipart/digest; boundary=aa",
                                         "Content-Type: multipart/mixed; boundary=b",
                                         "Content-Type: message/rfc822",
                                         " folded",
                                         std::string("\0\xff\r", 3)};

rc::Gen<std::string> any_mail() {
  const auto line = rc::gen::pair(rc::gen::elementOf(kLines), rc::gen::element<std::string>("\r\n", "\n", "\r", ""));
  return rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, std::string>>>(line),
                      [](const auto& lines) {
                        std::string mail;
                        for (const auto& [text, end] : lines) mail += text + end;
                        return mail;
                      });
}

RC_GTEST_PROP(StructureProperty, RangesNestAndCover, ()) {
  const std::string mail = *any_mail();
  RC_ASSERT(what_is_wrong(as_bytes(mail), scan(as_bytes(mail))) == "");
}

RC_GTEST_PROP(StructureProperty, LinesAreCountedInTheOctets, ()) {
  const std::string mail = *any_mail();
  for (const Part& part : scan(as_bytes(mail)).parts) {
    const std::string_view body = as_text(slice(as_bytes(mail), part.body));
    RC_ASSERT(part.body_lines == static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n')));
    const std::string_view header = as_text(slice(as_bytes(mail), part.header));
    if (part.header_lines != static_cast<std::size_t>(std::count(header.begin(), header.end(), '\n')))
      RC_FAIL("header");
  }
}

RC_GTEST_PROP(StructureProperty, HeaderAndTextMakeTheMail, ()) {
  const std::string mail = *any_mail();
  const Structure structure = scan(as_bytes(mail));
  const auto header = resolve(as_bytes(mail), structure, {.path = {}, .text = SectionText::Header, .fields = {}});
  const auto text = resolve(as_bytes(mail), structure, {.path = {}, .text = SectionText::Text, .fields = {}});
  RC_ASSERT(to_string(header->view(as_bytes(mail))) + to_string(text->view(as_bytes(mail))) == mail);
}

}  // namespace
}  // namespace codec::mime
