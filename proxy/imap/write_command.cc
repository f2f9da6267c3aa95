// Commands as text.
#include <algorithm>

#include "codec/base/check.h"
#include "proxy/imap/text_writer.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

bool is_base64_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

class CommandWriter {
 public:
  explicit CommandWriter(CommandBuilder& out) : out_(out) {}

  void operator()(const command::Capability&) { out_.raw("CAPABILITY"); }
  void operator()(const command::Noop&) { out_.raw("NOOP"); }
  void operator()(const command::Logout&) { out_.raw("LOGOUT"); }
  void operator()(const command::StartTls&) { out_.raw("STARTTLS"); }
  void operator()(const command::Check&) { out_.raw("CHECK"); }
  void operator()(const command::Close&) { out_.raw("CLOSE"); }
  void operator()(const command::Unselect&) { out_.raw("UNSELECT"); }
  void operator()(const command::Namespace&) { out_.raw("NAMESPACE"); }
  void operator()(const command::Idle&) { out_.raw("IDLE"); }
  void operator()(const command::Compress&) { out_.raw("COMPRESS DEFLATE"); }
  void operator()(const command::Delete& c) { out_.raw("DELETE ").mailbox(c.mailbox); }
  void operator()(const command::Rename& c) { out_.raw("RENAME ").mailbox(c.from).raw(" ").mailbox(c.to); }
  void operator()(const command::Subscribe& c) { out_.raw("SUBSCRIBE ").mailbox(c.mailbox); }
  void operator()(const command::Unsubscribe& c) { out_.raw("UNSUBSCRIBE ").mailbox(c.mailbox); }
  void operator()(const command::Copy& c) { to_mailbox("COPY ", c.uid, c.set, c.mailbox); }
  void operator()(const command::Move& c) { to_mailbox("MOVE ", c.uid, c.set, c.mailbox); }
  void operator()(const command::Login& c) { out_.raw("LOGIN ").string(c.user).raw(" ").string(c.password); }

  void operator()(const command::Id& c) {
    out_.raw("ID ");
    if (c.fields.empty()) {
      out_.raw("NIL");
      return;
    }
    const char* before = "(";
    for (const IdField& field : c.fields) {
      out_.raw(before).string(field.name).raw(" ");
      if (field.value) {
        out_.string(*field.value);
      } else {
        out_.raw("NIL");
      }
      before = " ";
    }
    out_.raw(")");
  }

  void operator()(const command::Enable& c) {
    out_.raw("ENABLE");
    for (const Atom& name : c.capabilities) out_.raw(" ").raw(name.text());
  }

  void operator()(const command::Authenticate& c) {
    out_.raw("AUTHENTICATE ").raw(c.mechanism.text());
    if (!c.initial) return;
    CHECK(std::all_of(c.initial->begin(), c.initial->end(), is_base64_char));
    out_.raw(" ").raw(c.initial->empty() ? "=" : *c.initial);
  }

  void operator()(const command::Select& c) {
    out_.raw(c.examine ? "EXAMINE " : "SELECT ").mailbox(c.mailbox);
    if (!c.condstore && !c.qresync) return;
    out_.raw(" (").raw(c.condstore ? "CONDSTORE" : "").raw(c.condstore && c.qresync ? " " : "");
    if (c.qresync) qresync(*c.qresync);
    out_.raw(")");
  }

  void operator()(const command::Create& c) {
    out_.raw("CREATE ").mailbox(c.mailbox);
    if (!c.use.empty()) out_.raw(" (USE ").raw(write_attributes(c.use)).raw(")");
  }

  void operator()(const command::List& c);

  void operator()(const command::Lsub& c) {
    out_.raw("LSUB ").string(encode_modified_utf7(c.reference)).raw(" ").string(encode_modified_utf7(c.pattern));
  }

  void operator()(const command::Status& c) {
    out_.raw("STATUS ").mailbox(c.mailbox).raw(" ").raw(write_status_items(c.items));
  }

  void operator()(const command::Append& c) {
    out_.raw("APPEND ").mailbox(c.mailbox).raw(" ");
    if (!c.flags.empty()) out_.raw(write_flags(c.flags)).raw(" ");
    if (c.date) out_.string(write_date_time(*c.date)).raw(" ");
    out_.raw("{").number(c.size).raw(out_.is_non_sync(c.size) ? "+}" : "}");
  }

  void operator()(const command::Expunge& c) {
    out_.raw(c.uids ? "UID EXPUNGE " : "EXPUNGE");
    if (c.uids) out_.set(*c.uids);
  }

  void operator()(const command::Search& c);
  void operator()(const command::Fetch& c);
  void operator()(const command::Store& c);

 private:
  void uid(bool uid) { out_.raw(uid ? "UID " : ""); }

  void to_mailbox(std::string_view verb, bool with_uid, const SequenceSet& set, const MailboxName& mailbox) {
    uid(with_uid);
    out_.raw(verb).set(set).raw(" ").mailbox(mailbox);
  }

  void qresync(const command::QResync& q) {
    out_.raw("QRESYNC (").number(q.uid_validity.value).raw(" ").number(q.mod_seq.value);
    if (q.known_uids) out_.raw(" ").set(*q.known_uids);
    if (q.known_pairs) out_.raw(" (").set(q.known_pairs->first).raw(" ").set(q.known_pairs->second).raw(")");
    out_.raw(")");
  }

  void words(std::initializer_list<std::pair<bool, std::string_view>> words) {
    bool first = true;
    for (const auto& [given, word] : words) {
      if (!given) continue;
      out_.raw(first ? "" : " ").raw(word);
      first = false;
    }
  }

  CommandBuilder& out_;
};

void CommandWriter::operator()(const command::List& c) {
  out_.raw("LIST ");
  if (c.select_subscribed || c.select_remote || c.select_recursive || c.select_special_use) {
    out_.raw("(");
    words({{c.select_subscribed, "SUBSCRIBED"},
           {c.select_remote, "REMOTE"},
           {c.select_recursive, "RECURSIVEMATCH"},
           {c.select_special_use, "SPECIAL-USE"}});
    out_.raw(") ");
  } else if (c.extended && c.patterns.size() == 1 && !c.return_subscribed && !c.return_children &&
             !c.return_special_use && !c.return_status) {
    out_.raw("() ");
  }
  out_.string(encode_modified_utf7(c.reference)).raw(" ");
  const bool several = c.patterns.size() != 1;
  out_.raw(several ? "(" : "");
  for (std::size_t i = 0; i < c.patterns.size(); ++i) {
    out_.raw(i > 0 ? " " : "").string(encode_modified_utf7(c.patterns[i]));
  }
  out_.raw(several ? ")" : "");
  if (!c.return_subscribed && !c.return_children && !c.return_special_use && !c.return_status) return;
  const std::string status = c.return_status ? "STATUS " + write_status_items(*c.return_status) : std::string();
  out_.raw(" RETURN (");
  words({{c.return_subscribed, "SUBSCRIBED"},
         {c.return_children, "CHILDREN"},
         {c.return_special_use, "SPECIAL-USE"},
         {c.return_status.has_value(), status}});
  out_.raw(")");
}

void CommandWriter::operator()(const command::Search& c) {
  uid(c.uid);
  out_.raw("SEARCH ");
  if (c.returns) {
    out_.raw("RETURN (");
    words({{c.returns->min, "MIN"}, {c.returns->max, "MAX"}, {c.returns->all, "ALL"}, {c.returns->count, "COUNT"}});
    out_.raw(") ");
  }
  if (c.charset) out_.raw("CHARSET ").astring(*c.charset).raw(" ");
  const auto* all = std::get_if<search::And>(&c.key.value);
  if (all == nullptr || all->keys.size() < 2) return write_search_key(out_, c.key);
  for (std::size_t i = 0; i < all->keys.size(); ++i) {
    out_.raw(i > 0 ? " " : "");
    write_search_key(out_, all->keys[i]);
  }
}

void CommandWriter::operator()(const command::Fetch& c) {
  uid(c.uid);
  out_.raw("FETCH ").set(c.set).raw(c.items.size() == 1 ? " " : " (");
  for (std::size_t i = 0; i < c.items.size(); ++i) {
    out_.raw(i > 0 ? " " : "");
    write_fetch_item(out_.out(), c.items[i]);
  }
  out_.raw(c.items.size() == 1 ? "" : ")");
  if (!c.changed_since) return;
  out_.raw(" (CHANGEDSINCE ").number(c.changed_since->value).raw(c.vanished ? " VANISHED)" : ")");
}

void CommandWriter::operator()(const command::Store& c) {
  uid(c.uid);
  out_.raw("STORE ").set(c.set).raw(" ");
  if (c.unchanged_since) out_.raw("(UNCHANGEDSINCE ").number(c.unchanged_since->value).raw(") ");
  if (c.mode == command::StoreMode::Add) out_.raw("+");
  if (c.mode == command::StoreMode::Remove) out_.raw("-");
  out_.raw(c.silent ? "FLAGS.SILENT " : "FLAGS ").raw(write_flags(c.flags));
}

}  // namespace

bool CommandBuilder::is_non_sync(std::uint64_t size) const {
  return literals_ == LiteralSupport::Plus || (literals_ == LiteralSupport::Minus && size <= kNonSyncLiteral);
}

void CommandBuilder::announce(std::uint64_t size) {
  const bool at_once = is_non_sync(size);
  raw("{").number(size).raw(at_once ? "+}\r\n" : "}\r\n");
  if (!at_once) text_.pieces.emplace_back();
}

CommandBuilder& CommandBuilder::string(std::string_view text) {
  if (fits_quoted(text)) {
    write_quoted(out(), text);
    return *this;
  }
  announce(text.size());
  return raw(text);
}

CommandBuilder& CommandBuilder::astring(std::string_view text) {
  return fits_atom(text) ? raw(text) : string(text);
}

CommandText write_command(const Command& command, LiteralSupport literals) {
  CommandBuilder out(literals);
  out.raw(command.tag.text()).raw(" ");
  std::visit(CommandWriter(out), command.body);
  out.raw("\r\n");
  return out.take();
}

bool ends_non_sync(const CommandText& text) {
  return !text.pieces.empty() && text.pieces.back().ends_with("+}\r\n");
}

}  // namespace proxy::imap
