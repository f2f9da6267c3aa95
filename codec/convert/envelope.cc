#include "codec/convert/envelope.h"

#include <utility>

#include "codec/mime/header.h"

namespace codec::convert {
namespace {

using mime::Field;

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

void take_text(std::optional<std::string>& into, std::string_view value) {
  if (into) return;
  const std::string text = mime::unfold(value);
  into = std::string(trim(text).substr(0, kMaxEnvelopeText));
}

std::size_t octets(const Address& address) {
  const auto size = [](const std::optional<std::string>& text) { return text ? text->size() : 0; };
  return 4 + size(address.name) + size(address.route) + size(address.mailbox) + size(address.host);
}

void take_addresses(Addresses& into, std::string_view value, std::size_t& budget) {
  if (budget == 0) return;
  for (Address& address : parse_addresses(value)) {
    if (into.size() >= kMaxAddresses) return;
    const std::size_t cost = octets(address);
    if (cost > budget) {
      budget = 0;  // nothing after a cut: a list with holes would lie
      return;
    }
    budget -= cost;
    into.push_back(std::move(address));
  }
}

void take_field(std::string_view name, std::string_view value, Envelope& into, std::size_t& budget) {
  if (name == "date") return take_text(into.date, value);
  if (name == "subject") return take_text(into.subject, value);
  if (name == "in-reply-to") return take_text(into.in_reply_to, value);
  if (name == "message-id") return take_text(into.message_id, value);
  if (name == "from") return take_addresses(into.from, value, budget);
  if (name == "sender") return take_addresses(into.sender, value, budget);
  if (name == "reply-to") return take_addresses(into.reply_to, value, budget);
  if (name == "to") return take_addresses(into.to, value, budget);
  if (name == "cc") return take_addresses(into.cc, value, budget);
  if (name == "bcc") return take_addresses(into.bcc, value, budget);
}

}  // namespace

Envelope parse_envelope(ByteView header) {
  constexpr std::size_t kLongestName = 11;  // in-reply-to
  Envelope envelope;
  std::size_t budget = kMaxAddressOctets;
  mime::FieldReader reader(header);
  while (auto field = reader.next()) {
    if (field->name.size() > kLongestName) continue;
    take_field(mime::to_lower(field->name), field->value.substr(0, kMaxEnvelopeField), envelope, budget);
  }
  if (envelope.sender.empty()) envelope.sender = envelope.from;
  if (envelope.reply_to.empty()) envelope.reply_to = envelope.from;
  return envelope;
}

}  // namespace codec::convert
