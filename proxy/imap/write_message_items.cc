// FETCH items and SEARCH keys of a command, and a command's verb.
#include <array>
#include <utility>

#include "proxy/imap/text_writer.h"

namespace proxy::imap {
namespace {

std::string_view item_name(FetchWhat what) {
  switch (what) {
    case FetchWhat::Uid:
      return "UID";
    case FetchWhat::Flags:
      return "FLAGS";
    case FetchWhat::InternalDate:
      return "INTERNALDATE";
    case FetchWhat::Size:
      return "RFC822.SIZE";
    case FetchWhat::Envelope:
      return "ENVELOPE";
    case FetchWhat::BodyStructure:
      return "BODYSTRUCTURE";
    case FetchWhat::ModSeq:
      return "MODSEQ";
    case FetchWhat::Body:
    case FetchWhat::Section:
      return "BODY";
    case FetchWhat::Rfc822:
      return "RFC822";
    case FetchWhat::Rfc822Header:
      return "RFC822.HEADER";
    case FetchWhat::Rfc822Text:
      return "RFC822.TEXT";
    case FetchWhat::EmailId:
      return "EMAILID";
    case FetchWhat::ThreadId:
      return "THREADID";
    case FetchWhat::GmailMessageId:
      return "X-GM-MSGID";
    case FetchWhat::GmailThreadId:
      return "X-GM-THRID";
    case FetchWhat::GmailLabels:
      return "X-GM-LABELS";
  }
  return "FLAGS";
}

std::string_view field_name(search::Field field) {
  constexpr std::array<std::string_view, 8> kNames{"BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO", "HEADER"};
  return kNames[static_cast<std::size_t>(field)];
}

class KeyWriter {
 public:
  explicit KeyWriter(CommandBuilder& out) : out_(out) {}

  void operator()(const search::All&) { out_.raw("ALL"); }
  void operator()(const search::And& key) {
    if (key.keys.empty()) {
      out_.raw("ALL");
      return;
    }
    out_.raw("(");
    all(key.keys);
    out_.raw(")");
  }
  void operator()(const search::Or& key) {
    out_.raw("OR ");
    all(key.keys);
  }
  void operator()(const search::Not& key) {
    out_.raw("NOT ");
    all(key.keys);
  }
  void operator()(const search::HasFlag& key) {
    if (!key.flag.is_system()) {
      out_.raw(key.set ? "KEYWORD " : "UNKEYWORD ").raw(key.flag.text());
      return;
    }
    if (key.flag.system() == SystemFlag::Recent) {
      out_.raw(key.set ? "RECENT" : "OLD");
      return;
    }
    out_.raw(key.set ? "" : "UN").raw(upper(key.flag.text().substr(1)));
  }
  void operator()(const search::Contains& key) {
    out_.raw(field_name(key.field)).raw(" ");
    if (key.field == search::Field::Header) out_.astring(key.header).raw(" ");
    out_.string(key.text);
  }
  void operator()(const search::Date& key) {
    constexpr std::array<std::string_view, 3> kNames{"BEFORE ", "ON ", "SINCE "};
    out_.raw(key.sent ? "SENT" : "").raw(kNames[static_cast<std::size_t>(key.compare)]).raw(write_day(key.day));
  }
  void operator()(const search::Size& key) { out_.raw(key.larger ? "LARGER " : "SMALLER ").number(key.octets); }
  void operator()(const search::Numbers& key) { out_.raw(key.uid ? "UID " : "").set(key.set); }
  void operator()(const search::Modified& key) { out_.raw("MODSEQ ").number(key.since.value); }

 private:
  void all(const std::vector<SearchKey>& keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      out_.raw(i > 0 ? " " : "");
      write_search_key(out_, keys[i]);
    }
  }
  CommandBuilder& out_;
};

struct Name {
  template <class Body>
  std::string_view operator()(const Body& body) const {
    using namespace command;
    if constexpr (requires { body.uid; }) return named(body, body.uid);
    return named(body, false);
  }
  static std::string_view named(const command::Capability&, bool) { return "CAPABILITY"; }
  static std::string_view named(const command::Noop&, bool) { return "NOOP"; }
  static std::string_view named(const command::Logout&, bool) { return "LOGOUT"; }
  static std::string_view named(const command::StartTls&, bool) { return "STARTTLS"; }
  static std::string_view named(const command::Check&, bool) { return "CHECK"; }
  static std::string_view named(const command::Close&, bool) { return "CLOSE"; }
  static std::string_view named(const command::Unselect&, bool) { return "UNSELECT"; }
  static std::string_view named(const command::Namespace&, bool) { return "NAMESPACE"; }
  static std::string_view named(const command::Idle&, bool) { return "IDLE"; }
  static std::string_view named(const command::Compress&, bool) { return "COMPRESS"; }
  static std::string_view named(const command::Id&, bool) { return "ID"; }
  static std::string_view named(const command::Enable&, bool) { return "ENABLE"; }
  static std::string_view named(const command::Authenticate&, bool) { return "AUTHENTICATE"; }
  static std::string_view named(const command::Login&, bool) { return "LOGIN"; }
  static std::string_view named(const command::Select& c, bool) { return c.examine ? "EXAMINE" : "SELECT"; }
  static std::string_view named(const command::Create&, bool) { return "CREATE"; }
  static std::string_view named(const command::Delete&, bool) { return "DELETE"; }
  static std::string_view named(const command::Rename&, bool) { return "RENAME"; }
  static std::string_view named(const command::Subscribe&, bool) { return "SUBSCRIBE"; }
  static std::string_view named(const command::Unsubscribe&, bool) { return "UNSUBSCRIBE"; }
  static std::string_view named(const command::List&, bool) { return "LIST"; }
  static std::string_view named(const command::Lsub&, bool) { return "LSUB"; }
  static std::string_view named(const command::Status&, bool) { return "STATUS"; }
  static std::string_view named(const command::Append&, bool) { return "APPEND"; }
  static std::string_view named(const command::Expunge& c, bool) { return c.uids ? "UID EXPUNGE" : "EXPUNGE"; }
  static std::string_view named(const command::Search&, bool uid) { return uid ? "UID SEARCH" : "SEARCH"; }
  static std::string_view named(const command::Fetch&, bool uid) { return uid ? "UID FETCH" : "FETCH"; }
  static std::string_view named(const command::Store&, bool uid) { return uid ? "UID STORE" : "STORE"; }
  static std::string_view named(const command::Copy&, bool uid) { return uid ? "UID COPY" : "COPY"; }
  static std::string_view named(const command::Move&, bool uid) { return uid ? "UID MOVE" : "MOVE"; }
};

}  // namespace

std::string_view verb(const Command& command) {
  return std::visit(Name(), command.body);
}

void write_search_key(CommandBuilder& out, const SearchKey& key) {
  std::visit(KeyWriter(out), key.value);
}

void write_fetch_item(std::string& out, const FetchItem& item) {
  out.append(item_name(item.what));
  if (item.what != FetchWhat::Section) return;
  if (item.peek) out.append(".PEEK");
  write_section(out, item.section);
  if (!item.partial) return;
  out.append("<").append(std::to_string(item.partial->origin)).append(".");
  out.append(std::to_string(item.partial->length)).append(">");
}

}  // namespace proxy::imap
