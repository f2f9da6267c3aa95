// Responses as text.
#include <array>

#include "proxy/imap/text_writer.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

// Names that came as plain strings: what is no atom is left out.
void write_names(std::string& out, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (make_atom(name)) out.append(" ").append(name);
  }
}

void write_delimiter(std::string& out, std::optional<char> delimiter) {
  if (delimiter && *delimiter >= ' ' && *delimiter < 0x7f) {
    write_quoted(out, std::string_view(&*delimiter, 1));
  } else {
    out.append("NIL");
  }
}

class CodeWriter {
 public:
  explicit CodeWriter(std::string& out) : out_(out) {}
  void operator()(CodeName name) { out_.append(to_text(name)); }
  void operator()(const code::UidValidityIs& c) { number("UIDVALIDITY ", c.value.value); }
  void operator()(const code::UidNext& c) { number("UIDNEXT ", c.value.value); }
  void operator()(const code::Unseen& c) { number("UNSEEN ", c.value.value); }
  void operator()(const code::HighestModSeq& c) { number("HIGHESTMODSEQ ", c.value.value); }
  void operator()(const code::PermanentFlags& c) {
    std::string flags = write_flags(c.flags);
    if (c.any_keyword) flags.insert(flags.size() - 1, flags.size() > 2 ? " \\*" : "\\*");
    out_.append("PERMANENTFLAGS ").append(flags);
  }
  void operator()(const code::AppendUid& c) {
    number("APPENDUID ", c.uid_validity.value);
    out_.push_back(' ');
    write_uid_list(out_, c.uids);
  }
  void operator()(const code::CopyUid& c) {
    number("COPYUID ", c.uid_validity.value);
    out_.push_back(' ');
    write_uid_list(out_, c.from);
    out_.push_back(' ');
    write_uid_list(out_, c.to);
  }
  void operator()(const code::Modified& c) {
    out_.append("MODIFIED ");
    write_sequence_set(out_, c.set);
  }
  void operator()(const code::Capability& c) {
    out_.append("CAPABILITY");
    write_names(out_, c.names);
  }
  void operator()(const code::MailboxId& c) {
    out_.append("MAILBOXID ");
    write_object_id(out_, c.id);
  }
  void operator()(const code::Other& c) { out_.append(make_atom(c.name) ? c.name : "X"); }

 private:
  void number(std::string_view name, std::uint64_t value) { out_.append(name).append(std::to_string(value)); }
  std::string& out_;
};

class ResponseWriter {
 public:
  explicit ResponseWriter(std::string& out) : out_(out) {}

  void operator()(const response::State& r) {
    constexpr std::array<std::string_view, 5> kNames{"OK", "NO", "BAD", "BYE", "PREAUTH"};
    out_.append(r.tag ? r.tag->text() : "*").append(" ").append(kNames[static_cast<std::size_t>(r.condition)]);
    if (r.code) {
      out_.append(" [");
      std::visit(CodeWriter(out_), *r.code);
      out_.append("]");
    }
    out_.append(" ").append(r.text.text());
  }
  void operator()(const response::Continue& r) { out_.append("+ ").append(make_text(r.text).text()); }
  void operator()(const response::Capability& r) {
    out_.append("* CAPABILITY");
    write_names(out_, r.names);
  }
  void operator()(const response::List& r) {
    out_.append(r.lsub ? "* LSUB " : "* LIST ").append(write_attributes(r.attributes)).append(" ");
    write_delimiter(out_, r.delimiter);
    out_.append(" ");
    write_mailbox(out_, r.mailbox);
    if (!r.child_subscribed && !r.old_name) return;
    out_.append(" (");
    if (r.child_subscribed) out_.append("\"CHILDINFO\" (\"SUBSCRIBED\")");
    if (r.child_subscribed && r.old_name) out_.append(" ");
    if (r.old_name) {
      out_.append("\"OLDNAME\" (");
      write_mailbox(out_, *r.old_name);
      out_.append(")");
    }
    out_.append(")");
  }
  void operator()(const response::RootList& r) {
    out_.append("* LIST (\\Noselect) ");
    write_delimiter(out_, r.delimiter);
    out_.append(" ");
    write_string(out_, encode_modified_utf7(r.root));
  }
  void operator()(const response::Status& r);
  void operator()(const response::Flags& r) { out_.append("* FLAGS ").append(write_flags(r.flags)); }
  void operator()(const response::Exists& r) { numbered(r.count, "EXISTS"); }
  void operator()(const response::Recent& r) { numbered(r.count, "RECENT"); }
  void operator()(const response::Expunge& r) { numbered(r.number.value, "EXPUNGE"); }
  void operator()(const response::Vanished& r) {
    out_.append(r.earlier ? "* VANISHED (EARLIER) " : "* VANISHED ");
    write_sequence_set(out_, r.uids);
  }
  void operator()(const response::Search& r);
  void operator()(const response::ESearch& r);
  void operator()(const response::Enabled& r) {
    out_.append("* ENABLED");
    write_names(out_, r.names);
  }
  void operator()(const response::Id& r);
  void operator()(const response::Namespace& r) {
    out_.append("* NAMESPACE ");
    entries(r.personal);
    out_.append(" ");
    entries(r.other_users);
    out_.append(" ");
    entries(r.shared);
  }
  void operator()(const response::Unknown& r) { out_.append("* ").append(make_atom(r.name) ? r.name : "X"); }
  void operator()(const response::Fetch&) {}  // FetchWriter

 private:
  void numbered(std::uint32_t number, std::string_view name) {
    out_.append("* ").append(std::to_string(number)).append(" ").append(name);
  }
  void entries(const std::vector<response::NamespaceEntry>& entries);

  std::string& out_;
};

void ResponseWriter::entries(const std::vector<response::NamespaceEntry>& entries) {
  if (entries.empty()) {
    out_.append("NIL");
    return;
  }
  out_.append("(");
  for (const response::NamespaceEntry& entry : entries) {
    out_.append("(");
    write_string(out_, encode_modified_utf7(entry.prefix));
    out_.append(" ");
    write_delimiter(out_, entry.delimiter);
    out_.append(")");
  }
  out_.append(")");
}

void ResponseWriter::operator()(const response::Status& r) {
  out_.append("* STATUS ");
  write_mailbox(out_, r.mailbox);
  out_.append(" (");
  const auto item = [&](std::string_view name, std::uint64_t value) {
    if (!out_.ends_with('(')) out_.push_back(' ');
    out_.append(name).append(" ").append(std::to_string(value));
  };
  if (r.messages) item("MESSAGES", *r.messages);
  if (r.recent) item("RECENT", *r.recent);
  if (r.uid_next) item("UIDNEXT", r.uid_next->value);
  if (r.uid_validity) item("UIDVALIDITY", r.uid_validity->value);
  if (r.unseen) item("UNSEEN", *r.unseen);
  if (r.deleted) item("DELETED", *r.deleted);
  if (r.highest_mod_seq) item("HIGHESTMODSEQ", r.highest_mod_seq->value);
  if (r.size) item("SIZE", *r.size);
  if (r.mailbox_id) {
    out_.append(out_.ends_with('(') ? "MAILBOXID " : " MAILBOXID ");
    write_object_id(out_, *r.mailbox_id);
  }
  out_.append(")");
}

void ResponseWriter::operator()(const response::Search& r) {
  out_.append("* SEARCH");
  for (const Range& range : r.numbers.ranges()) {
    for (std::uint64_t n = range.first; n <= range.last; ++n) out_.append(" ").append(std::to_string(n));
  }
  if (r.mod_seq) out_.append(" (MODSEQ ").append(std::to_string(r.mod_seq->value)).append(")");
}

void ResponseWriter::operator()(const response::ESearch& r) {
  const auto item = [&](std::string_view name, std::uint64_t value) {
    out_.append(" ").append(name).append(" ").append(std::to_string(value));
  };
  out_.append("* ESEARCH");
  if (r.tag) {
    out_.append(" (TAG ");
    write_quoted(out_, r.tag->text());
    out_.append(")");
  }
  if (r.uid) out_.append(" UID");
  if (r.min) item("MIN", *r.min);
  if (r.max) item("MAX", *r.max);
  if (r.count) item("COUNT", *r.count);
  if (r.all && !r.all->empty()) {  // an empty result has no ALL (RFC 4731 §3.1)
    out_.append(" ALL ");
    write_sequence_set(out_, *r.all);
  }
  if (r.mod_seq) item("MODSEQ", r.mod_seq->value);
}

void ResponseWriter::operator()(const response::Id& r) {
  out_.append("* ID ");
  if (r.fields.empty()) {
    out_.append("NIL");
    return;
  }
  out_.append("(");
  for (const IdField& field : r.fields) {
    if (!out_.ends_with('(')) out_.push_back(' ');
    write_string(out_, field.name);
    out_.push_back(' ');
    write_nstring(out_, field.value);
  }
  out_.append(")");
}

void write_fetch(std::string& out, const response::Fetch& r) {
  FetchWriter w(out, r.number);
  if (r.uid) w.uid(*r.uid);
  if (r.flags) w.flags(*r.flags);
  if (r.mod_seq) w.mod_seq(*r.mod_seq);
  if (r.internal_date) w.internal_date(*r.internal_date);
  if (r.size) w.size(*r.size);
  if (r.envelope) w.envelope(*r.envelope);
  if (r.body_structure) w.body_structure(*r.body_structure, r.has_extensions);
  if (r.email_id) w.email_id(*r.email_id);
  if (r.thread_id) w.thread_id(r.thread_id);
  for (const response::FetchedBody& body : r.bodies) {
    FetchItem item{.what = FetchWhat::Section, .peek = false, .section = body.section, .partial = {}};
    if (body.origin) item.partial = Partial{*body.origin, 1};
    w.body(item, body.content);
  }
  w.end();
}

}  // namespace

void write_response(std::string& out, const Response& response) {
  if (const auto* fetch = std::get_if<response::Fetch>(&response)) return write_fetch(out, *fetch);
  std::visit(ResponseWriter(out), response);
  out.append("\r\n");
}

}  // namespace proxy::imap
