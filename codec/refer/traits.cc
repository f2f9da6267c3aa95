#include "codec/refer/traits.h"

#include <algorithm>

#include "codec/content/unwrapper.h"
#include "codec/convert/envelope.h"
#include "codec/convert/header_text.h"
#include "codec/convert/search_text.h"
#include "codec/mime/header.h"
#include "codec/mime/structure.h"
#include "codec/refer/authentication.h"
#include "codec/refer/credential.h"
#include "codec/refer/prefix.h"

namespace codec::refer {
namespace {

std::string bounded(std::string text) {
  return text.size() > kMostName ? std::string() : mime::to_lower(text);
}

// The ids between angle brackets, in their order; of many the first (the thread's root) and the last.
void append_ids(std::string_view value, std::vector<std::string>& ids) {
  for (std::size_t at = value.find('<'); at != std::string_view::npos; at = value.find('<', at + 1)) {
    const std::size_t end = value.find('>', at);
    if (end == std::string_view::npos) return;
    std::string id = bounded(std::string(value.substr(at + 1, end - at - 1)));
    if (id.empty()) continue;
    if (ids.size() >= kMostParents) ids.erase(ids.begin() + 1);
    ids.push_back(std::move(id));
  }
}

// List-Id's identifier stands in the last angle brackets.                                     RFC 2919 §3
std::string list_of(std::string_view value) {
  const std::size_t begin = value.rfind('<');
  if (begin == std::string_view::npos) return {};
  const std::size_t end = value.find('>', begin);
  return end == std::string_view::npos ? std::string() : bounded(std::string(value.substr(begin + 1, end - begin - 1)));
}

std::string sender_of(std::string_view value) {
  const convert::Addresses from = convert::parse_addresses(value);
  if (from.size() != 1 || !from.front().mailbox || !from.front().host) return {};
  return bounded(*from.front().mailbox + '@' + *from.front().host);
}

std::string_view domain_of(std::string_view address) {
  return address.substr(std::min(address.rfind('@') + 1, address.size()));
}

// "Re: [list] Build 123 failed" and "Build 124 failed" are of one shape.
std::string shape_of(std::string_view subject) {
  std::string shape;
  for (const char c : mime::to_lower(mime::unfold(subject))) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !shape.empty() && shape.back() == '0') continue;
    shape += digit ? '0' : c;
  }
  for (;;) {
    const std::size_t begin = shape.find_first_not_of(" \t");
    shape.erase(0, begin == std::string::npos ? shape.size() : begin);
    const std::size_t colon = shape.find(':');
    if (colon == std::string::npos || colon < 2 || colon > 3) break;  // re: fw: fwd: aw: wg: sv: tr:
    shape.erase(0, colon + 1);
  }
  return shape.size() > kMostName ? std::string() : shape;
}

std::string text_of(ByteView mail) {
  std::string text;
  convert::stream_text(mail, mime::scan(mail), {convert::Where::Kind::Body, {}},
                       [&text](std::string_view utf8, bool starts) {
                         if (starts) text += ' ';
                         text += utf8.substr(0, kLookedAt - std::min(text.size(), kLookedAt));
                         return text.size() < kLookedAt;
                       });
  return text;
}

}  // namespace

Traits traits_of(ByteView mail, const Reader& reader, Author author) {
  Traits traits;
  std::vector<std::string> signers;
  std::string_view subject;
  std::string_view reply;
  std::size_t senders = 0;
  const std::size_t end = mime::measure_header(mail, 0, mail.size()).end;
  mime::FieldReader fields(mail.first(end));
  while (const std::optional<mime::Field> field = fields.next()) {
    const auto is = [&field](std::string_view name) { return mime::equal_ignoring_case(field->name, name); };
    if (is("Message-ID")) {
      std::vector<std::string> ids;
      append_ids(field->value, ids);
      if (ids.size() == 1) traits.message_id = std::move(ids.front());
    } else if (is("References")) {
      append_ids(field->value, traits.parents);
    } else if (is("In-Reply-To")) {
      reply = field->value;
    } else if (is("List-Id")) {
      traits.list = list_of(field->value);
    } else if (is("From")) {
      traits.sender = ++senders == 1 ? sender_of(field->value) : std::string();
    } else if (is("Subject")) {
      subject = field->value;
    } else if (is("Authentication-Results")) {
      append_signers(field->value, reader.authserv_id, signers);
    }
  }
  append_ids(reply, traits.parents);
  traits.subject = shape_of(subject);
  const auto signed_for = [&signers](std::string_view domain) {
    return std::any_of(signers.begin(), signers.end(),
                       [domain](const std::string& signer) { return is_aligned(domain, signer); });
  };
  traits.sender_proved = !traits.sender.empty() && signed_for(domain_of(traits.sender));
  traits.list_proved = !traits.list.empty() && signed_for(traits.list);
  traits.by_user = author == Author::User;
  const ByteView octets = mail.subspan(end, std::min(mail.size() - end, kLookedAt));
  traits.credential = looks_like_credential(convert::decode_header(subject), text_of(mail), as_text(octets));
  if (reader.content == Content::Left) return traits;
  const Bytes content = content::content_of(mail, most_octets(Extent::Whole));
  traits.chunks = chunk::chunks_of(content, reader.chunk_key);
  traits.content_size = content.size();
  return traits;
}

}  // namespace codec::refer
