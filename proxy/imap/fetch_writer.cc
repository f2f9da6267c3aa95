#include "proxy/imap/scanner.h"
#include "proxy/imap/text_writer.h"
#include "proxy/imap/write.h"

namespace proxy::imap {
namespace {

// Stored text that lost a parenthesis or a quote would take the client out of step: it goes out as NIL.
bool is_one_value(std::string_view text) {
  ScanRules rules;
  rules.nesting = 2 * kResponseNesting + 2 * kMaxPartDepth;  // deeper than structure.h writes
  rules.server = true;
  Scanner in(text, rules);
  return in.skip_value().has_value() && in.at_end();
}

}  // namespace

FetchWriter::FetchWriter(std::string& out, SeqNumber number) : out_(out) {
  out_.append("* ").append(std::to_string(number.value)).append(" FETCH (");
}

void FetchWriter::item(std::string_view name) {
  if (!first_) out_.push_back(' ');
  first_ = false;
  out_.append(name);
}

void FetchWriter::uid(Uid uid) {
  item("UID ");
  out_.append(std::to_string(uid.value));
}

void FetchWriter::flags(const FlagSet& flags) {
  item("FLAGS ");
  out_.append(write_flags(flags));
}

void FetchWriter::mod_seq(ModSeq mod_seq) {
  item("MODSEQ (");
  out_.append(std::to_string(mod_seq.value)).append(")");
}

void FetchWriter::internal_date(const DateTime& date) {
  item("INTERNALDATE ");
  write_quoted(out_, write_date_time(date));
}

void FetchWriter::size(std::uint64_t octets) {
  item("RFC822.SIZE ");
  out_.append(std::to_string(octets));
}

void FetchWriter::envelope(std::string_view text) {
  item("ENVELOPE ");
  out_.append(is_one_value(text) ? text : "NIL");
}

void FetchWriter::body_structure(std::string_view text, bool extensions) {
  item(extensions ? "BODYSTRUCTURE " : "BODY ");
  out_.append(is_one_value(text) ? text : "NIL");
}

void FetchWriter::email_id(std::string_view id) {
  item("EMAILID ");
  write_object_id(out_, id);
}

void FetchWriter::thread_id(const std::optional<std::string>& id) {
  item("THREADID ");
  if (id) return write_object_id(out_, *id);
  out_.append("NIL");
}

// BODY[section]<origin>: the answer to BODY.PEEK too, and without the partial's length
void FetchWriter::body_name(const FetchItem& asked) {
  item({});
  FetchItem name = asked;
  name.peek = false;
  name.partial.reset();
  write_fetch_item(out_, name);
  if (asked.partial) out_.append("<").append(std::to_string(asked.partial->origin)).append(">");
  out_.push_back(' ');
}

void FetchWriter::begin_body(const FetchItem& asked, std::uint64_t size) {
  body_name(asked);
  out_.append("{").append(std::to_string(size)).append("}\r\n");
}

void FetchWriter::body(const FetchItem& asked, const std::optional<std::string>& content) {
  body_name(asked);
  write_nstring(out_, content);
}

void FetchWriter::end() {
  out_.append(")\r\n");
}

}  // namespace proxy::imap
