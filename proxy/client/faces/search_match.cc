#include "proxy/client/faces/search_match.h"

#include <algorithm>
#include <chrono>

#include "codec/convert/header_text.h"
#include "codec/convert/search_text.h"
#include "codec/mime/header.h"

namespace proxy::client::faces {
namespace {

namespace search = imap::search;
namespace convert = codec::convert;

Truth truth(bool value) {
  return value ? Truth::Yes : Truth::No;
}

class Preparer {
 public:
  Preparer(const std::optional<std::string>& charset, std::uint32_t exists, imap::Uid last)
      : charset_(charset), exists_(exists), last_(last) {}

  Result<> operator()(search::And& k) { return all(k.keys); }
  Result<> operator()(search::Or& k) { return all(k.keys); }
  Result<> operator()(search::Not& k) { return all(k.keys); }
  Result<> operator()(search::Contains& k) {
    TRY_ASSIGN(const std::string text, convert::utf8_from(charset_.value_or("UTF-8"), k.text));
    k.text = convert::fold_case(text);
    return {};
  }
  Result<> operator()(search::Numbers& k) {
    k.set = k.set.resolve(k.uid ? last_.value : exists_);
    return {};
  }
  template <class Other>
  Result<> operator()(Other&) {
    return {};
  }

 private:
  Result<> all(std::vector<imap::SearchKey>& keys) {
    for (imap::SearchKey& key : keys) TRY(std::visit(*this, key.value));
    return {};
  }
  const std::optional<std::string>& charset_;
  std::uint32_t exists_;
  imap::Uid last_;
};

class NeedFinder {
 public:
  void operator()(const search::And& k) { all(k.keys); }
  void operator()(const search::Or& k) { all(k.keys); }
  void operator()(const search::Not& k) { all(k.keys); }
  void operator()(const search::Contains& k) {
    needs.overview = true;
    if (k.field == search::Field::Body || k.field == search::Field::Text) needs.whole = true;
  }
  void operator()(const search::Date& k) { needs.overview = needs.overview || k.sent; }
  void operator()(const search::Modified&) { needs.mod_seq = true; }
  template <class Other>
  void operator()(const Other&) {}
  SearchNeeds needs;

 private:
  void all(const std::vector<imap::SearchKey>& keys) {
    for (const imap::SearchKey& key : keys) std::visit(*this, key.value);
  }
};

std::string_view field_name(const search::Contains& k) {
  switch (k.field) {
    case search::Field::Bcc:
      return "bcc";
    case search::Field::Cc:
      return "cc";
    case search::Field::From:
      return "from";
    case search::Field::Subject:
      return "subject";
    case search::Field::To:
      return "to";
    case search::Field::Header:
      return k.header;
    case search::Field::Body:
    case search::Field::Text:
      break;
  }
  return {};
}

void append_line(std::string& header, std::string_view name, std::string value) {
  std::replace_if(
      value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  header.append(name).append(": ").append(value).append("\r\n");
}

std::string written(const convert::Addresses& addresses) {
  std::string text;
  for (const convert::Address& address : addresses) {
    if (!text.empty()) text.append(", ");
    if (address.name) text.append(*address.name).append(" ");
    if (address.mailbox) text.append("<").append(*address.mailbox);
    if (address.mailbox && address.host) text.append("@").append(*address.host);
    if (address.mailbox) text.append(">");
  }
  return text;
}

// The fields that an envelope tells, as a header again; empty where it does not know the field at all.
std::optional<std::string> header_of(const convert::Envelope& e, std::string_view name) {
  std::string header;
  const auto text = [&](const std::optional<std::string>& value) {
    if (value) append_line(header, name, *value);
  };
  const auto addresses = [&](const convert::Addresses& value) {
    if (!value.empty()) append_line(header, name, written(value));
  };
  const auto is = [name](std::string_view other) { return codec::mime::equal_ignoring_case(name, other); };
  if (is("subject"))
    text(e.subject);
  else if (is("from"))
    addresses(e.from);
  else if (is("to"))
    addresses(e.to);
  else if (is("cc"))
    addresses(e.cc);
  else if (is("bcc"))
    addresses(e.bcc);
  else if (is("message-id"))
    text(e.message_id);
  else if (is("in-reply-to"))
    text(e.in_reply_to);
  else if (is("date"))
    text(e.date);
  else
    return std::nullopt;
  return header.append("\r\n");
}

bool header_contains(std::string_view header, std::string_view field, std::string_view needle) {
  const convert::Where where{convert::Where::Kind::Field, std::string(field)};
  return convert::contains_text(as_bytes(header), where, needle);
}

imap::Day day_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return {static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count())};
}

bool compare(imap::Day day, const search::Date& k) {
  switch (k.compare) {
    case search::Compare::Before:
      return day < k.day;
    case search::Compare::On:
      return day == k.day;
    case search::Compare::Since:
      return day >= k.day;
  }
  return false;
}

class Judge {
 public:
  Judge(const Row& row, const SearchTexts* texts) : row_(row), texts_(texts) {}

  Truth operator()(const search::All&) const { return Truth::Yes; }
  Truth operator()(const search::And& k) const {
    Truth all = Truth::Yes;
    for (const imap::SearchKey& key : k.keys) {
      const Truth one = std::visit(*this, key.value);
      if (one == Truth::No) return Truth::No;
      if (one == Truth::Unknown) all = Truth::Unknown;
    }
    return all;
  }
  Truth operator()(const search::Or& k) const {
    Truth any = Truth::No;
    for (const imap::SearchKey& key : k.keys) {
      const Truth one = std::visit(*this, key.value);
      if (one == Truth::Yes) return Truth::Yes;
      if (one == Truth::Unknown) any = Truth::Unknown;
    }
    return any;
  }
  Truth operator()(const search::Not& k) const {
    const Truth one = std::visit(*this, k.keys.front().value);
    if (one == Truth::Unknown) return one;
    return truth(one == Truth::No);
  }
  Truth operator()(const search::HasFlag& k) const { return truth(row_.flags.has(k.flag) == k.set); }
  Truth operator()(const search::Size& k) const {
    return truth(k.larger ? row_.size > k.octets : row_.size < k.octets);
  }
  Truth operator()(const search::Numbers& k) const {
    return truth(k.uid ? k.set.contains(row_.uid) : k.set.contains(row_.number));
  }
  Truth operator()(const search::Modified& k) const { return truth(row_.mod_seq >= k.since); }
  Truth operator()(const search::Date& k) const {
    if (!k.sent) return truth(compare(imap::local_day(row_.date), k));
    std::optional<std::string> value;
    if (texts_ != nullptr) {
      const auto field = codec::mime::find_field(texts_->octets, "date");
      if (field) value = std::string(field->value);
    } else if (row_.overview) {
      value = row_.overview->envelope.date;
    } else {
      return Truth::Unknown;
    }
    const auto sent = value ? convert::parse_date(*value) : std::nullopt;
    return truth(sent && compare(day_of(sent->year, sent->month, sent->day), k));
  }
  Truth operator()(const search::Contains& k) const {
    const bool everywhere = k.field == search::Field::Body || k.field == search::Field::Text;
    return everywhere ? text(k) : field(k);
  }

 private:
  Truth field(const search::Contains& k) const {
    const std::string_view name = field_name(k);
    if (row_.overview) {
      const std::optional<std::string> header = header_of(row_.overview->envelope, name);
      if (header) return truth(header_contains(*header, name, k.text));
    }
    if (texts_ == nullptr) return Truth::Unknown;
    return truth(header_contains(as_text(texts_->octets), name, k.text));
  }
  Truth text(const search::Contains& k) const {
    const bool body_only = k.field == search::Field::Body;
    if (texts_ != nullptr && texts_->structure != nullptr) {
      const convert::Where where{body_only ? convert::Where::Kind::Body : convert::Where::Kind::Whole, {}};
      return truth(convert::contains_text(texts_->octets, *texts_->structure, where, k.text));
    }
    if (row_.body_here || !row_.overview) return Truth::Unknown;
    // Only what the overview tells is here.
    if (convert::fold_case(row_.overview->preview).find(k.text) != std::string::npos) return Truth::Yes;
    if (body_only) return Truth::Unknown;
    for (const char* name : {"subject", "from", "to", "cc", "bcc", "message-id", "in-reply-to", "date"}) {
      const std::optional<std::string> header = header_of(row_.overview->envelope, name);
      if (header && header_contains(*header, name, k.text)) return Truth::Yes;
    }
    return Truth::Unknown;
  }

  const Row& row_;
  const SearchTexts* texts_;
};

void narrow_one(RowQuery& query, const imap::SearchKey& key) {
  if (const auto* numbers = std::get_if<search::Numbers>(&key.value); numbers != nullptr && numbers->uid) {
    query.set = imap::intersect(query.set, numbers->set);
  } else if (const auto* modified = std::get_if<search::Modified>(&key.value); modified != nullptr) {
    const std::uint64_t before = modified->since.value == 0 ? 0 : modified->since.value - 1;
    query.changed_since.value = std::max(query.changed_since.value, before);
  }
}

}  // namespace

Result<> prepare_search(imap::SearchKey& key, const std::optional<std::string>& charset, std::uint32_t exists,
                        imap::Uid last) {
  return std::visit(Preparer(charset, exists, last), key.value);
}

SearchNeeds needs_of(const imap::SearchKey& key) {
  NeedFinder finder;
  std::visit(finder, key.value);
  return finder.needs;
}

void narrow(RowQuery& query, const imap::SearchKey& key) {
  narrow_one(query, key);
  if (const auto* all = std::get_if<search::And>(&key.value)) {
    for (const imap::SearchKey& one : all->keys) narrow_one(query, one);
  }
}

Truth judge(const imap::SearchKey& key, const Row& row, const SearchTexts* texts) {
  return std::visit(Judge(row, texts), key.value);
}

}  // namespace proxy::client::faces
