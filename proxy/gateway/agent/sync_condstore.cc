// Sync class Condstore: flags by CHANGEDSINCE; what was expunged by the list of UIDs.      Source: RFC 7162 §3.1
#include "proxy/gateway/agent/mailboxes.h"

namespace proxy::gateway::agent {

Task<Result<>> update_condstore(ImapConnection& imap, Mailbox& mailbox, Change& change) {
  std::vector<Picture::Seen> seen;
  const auto row = [&seen](connector::FlagRow found) { seen.push_back({found.uid.value, sync_flags(found.flags)}); };
  connector::OnFlagRow on_row = row;
  const imap::ModSeq since{mailbox.mod_seq};
  CO_TRY(co_await imap.changed_since(since, false, std::move(on_row)));
  mailbox.picture.put(std::move(seen), change);
  if (counts_agree(imap, mailbox)) co_return Result<>();
  CO_TRY_ASSIGN(const imap::SequenceSet uids, co_await imap.uid_list());
  mailbox.picture.keep_only(uids, change);
  if (!counts_agree(imap, mailbox)) co_return co_await load_picture(imap, mailbox, change);
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
