#include "proxy/imap/response_code.h"

#include <algorithm>
#include <array>
#include <utility>

#include "proxy/imap/response_parser.h"

namespace proxy::imap {
namespace {

constexpr std::array<std::pair<CodeName, std::string_view>, 30> kNames{{
    {CodeName::Alert, "ALERT"},
    {CodeName::AlreadyExists, "ALREADYEXISTS"},
    {CodeName::AuthenticationFailed, "AUTHENTICATIONFAILED"},
    {CodeName::AuthorizationFailed, "AUTHORIZATIONFAILED"},
    {CodeName::Cannot, "CANNOT"},
    {CodeName::ClientBug, "CLIENTBUG"},
    {CodeName::Closed, "CLOSED"},
    {CodeName::CompressionActive, "COMPRESSIONACTIVE"},
    {CodeName::ContactAdmin, "CONTACTADMIN"},
    {CodeName::Corruption, "CORRUPTION"},
    {CodeName::Expired, "EXPIRED"},
    {CodeName::ExpungeIssued, "EXPUNGEISSUED"},
    {CodeName::HasChildren, "HASCHILDREN"},
    {CodeName::InUse, "INUSE"},
    {CodeName::Limit, "LIMIT"},
    {CodeName::NoModSeq, "NOMODSEQ"},
    {CodeName::NoPerm, "NOPERM"},
    {CodeName::NonExistent, "NONEXISTENT"},
    {CodeName::NotSaved, "NOTSAVED"},
    {CodeName::OverQuota, "OVERQUOTA"},
    {CodeName::Parse, "PARSE"},
    {CodeName::PrivacyRequired, "PRIVACYREQUIRED"},
    {CodeName::ReadOnly, "READ-ONLY"},
    {CodeName::ReadWrite, "READ-WRITE"},
    {CodeName::ServerBug, "SERVERBUG"},
    {CodeName::TooBig, "TOOBIG"},
    {CodeName::TryCreate, "TRYCREATE"},
    {CodeName::UidNotSticky, "UIDNOTSTICKY"},
    {CodeName::Unavailable, "UNAVAILABLE"},
    {CodeName::UseAttr, "USEATTR"},
}};

// "(" [(flag / "\*") *(SP ...)] ")"
Result<Code> permanent_flags(Scanner& in) {
  code::PermanentFlags out;
  TRY(in.open_list("a list of flags"));
  while (in.peek() != ')') {
    const std::string_view text = in.token();
    const Result<Flag> flag = make_flag(text);
    if (text == "\\*") out.any_keyword = true;
    if (flag) TRY(out.flags.add(*flag));
    if (text.empty() && !in.eat(' ')) return in.expected("a flag");
  }
  return Code(std::move(out));
}

// resp-code-apnd = "APPENDUID" SP nz-number SP append-uid
Result<Code> append_uid(Scanner& in) {
  code::AppendUid out;
  TRY_ASSIGN(const std::uint32_t validity, in.nz_number("a UIDVALIDITY"));
  out.uid_validity = UidValidity{validity};
  TRY(in.space());
  TRY_ASSIGN(out.uids, parse_uid_list(in.token()));
  return Code(std::move(out));
}

// resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set
Result<Code> copy_uid(Scanner& in) {
  code::CopyUid out;
  TRY_ASSIGN(const std::uint32_t validity, in.nz_number("a UIDVALIDITY"));
  out.uid_validity = UidValidity{validity};
  TRY(in.space());
  TRY_ASSIGN(out.from, parse_uid_list(in.token()));
  TRY(in.space());
  TRY_ASSIGN(out.to, parse_uid_list(in.token()));
  TRY(copy_runs(out));
  return Code(std::move(out));
}

Result<Code> mailbox_id(Scanner& in) {
  TRY_ASSIGN(std::optional<std::string> id, in.object_id("a mailbox id"));
  return Code(code::MailboxId{std::move(id).value_or("")});
}

Result<Code> with_argument(Scanner& in, std::string_view name) {
  const auto is = [&](std::string_view text) { return equal_no_case(name, text); };
  if (is("UIDVALIDITY")) {
    TRY_ASSIGN(const std::uint32_t value, in.number("a UIDVALIDITY"));
    return Code(code::UidValidityIs{UidValidity{value}});
  }
  if (is("UIDNEXT")) {
    TRY_ASSIGN(const std::uint32_t value, in.number("a UID"));
    return Code(code::UidNext{Uid{value}});
  }
  if (is("UNSEEN")) {
    TRY_ASSIGN(const std::uint32_t value, in.number("a sequence number"));
    return Code(code::Unseen{SeqNumber{value}});
  }
  if (is("HIGHESTMODSEQ")) {
    TRY_ASSIGN(const ModSeq value, in.mod_seq());
    return Code(code::HighestModSeq{value});
  }
  if (is("MODIFIED")) {
    TRY_ASSIGN(SequenceSet set, in.sequence_set());
    return Code(code::Modified{std::move(set)});
  }
  if (is("PERMANENTFLAGS")) return permanent_flags(in);
  if (is("APPENDUID")) return append_uid(in);
  if (is("COPYUID")) return copy_uid(in);
  if (is("MAILBOXID")) return mailbox_id(in);
  if (is("CAPABILITY")) return Code(code::Capability{parse::names(in.rest())});
  return Code(code::Other{upper(name)});
}

// Takes numbers off the front of a list of ranges, a run at a time.
class Runs {
 public:
  explicit Runs(const std::vector<Range>& ranges) : ranges_(ranges) {}
  bool empty() const { return at_ == ranges_.size(); }
  std::uint64_t left() const { return ranges_[at_].size() - used_; }
  std::uint32_t take(std::uint64_t count) {
    const auto first = static_cast<std::uint32_t>(ranges_[at_].first + used_);
    used_ += count;
    if (used_ == ranges_[at_].size()) {
      ++at_;
      used_ = 0;
    }
    return first;
  }

 private:
  const std::vector<Range>& ranges_;
  std::size_t at_ = 0;
  std::uint64_t used_ = 0;
};

}  // namespace

std::string_view to_text(CodeName name) {
  for (const auto& [known, text] : kNames) {
    if (known == name) return text;
  }
  return "ALERT";
}

std::optional<CodeName> parse_code_name(std::string_view text) {
  for (const auto& [name, known] : kNames) {
    if (equal_no_case(known, text)) return name;
  }
  return std::nullopt;
}

Result<std::vector<CopyRun>> copy_runs(const code::CopyUid& code) {
  std::vector<CopyRun> out;
  Runs from(code.from), to(code.to);
  while (!from.empty() && !to.empty()) {
    const std::uint64_t count = std::min({from.left(), to.left(), std::uint64_t{UINT32_MAX}});
    const std::uint32_t source = from.take(count);
    out.push_back({source, to.take(count), static_cast<std::uint32_t>(count)});
  }
  if (!from.empty() || !to.empty()) return fail(Errc::Protocol, "COPYUID: not as many UIDs of one as of the other");
  return out;
}

namespace parse {

Result<Code> response_code(std::string_view inside) {
  ScanRules rules;
  rules.server = true;
  Scanner in(inside, rules);
  const std::string_view name = in.word();
  if (name.empty()) return in.expected("a response code");
  if (const auto known = parse_code_name(name)) return Code(*known);
  in.eat(' ');
  return with_argument(in, name);
}

}  // namespace parse
}  // namespace proxy::imap
