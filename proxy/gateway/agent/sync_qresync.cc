// Sync class Qresync: flags and expunges since a modification sequence.                    Source: RFC 7162
// §3.2.5, 3.2.6
#include "proxy/gateway/agent/mailboxes.h"

namespace proxy::gateway::agent {

// A server that forgets a VANISHED is found out by its own count, and then not believed.
Task<Result<>> update_qresync(ImapConnection& imap, Mailbox& mailbox, Change& change) {
  std::vector<Picture::Seen> seen;
  const auto row = [&seen](connector::FlagRow found) { seen.push_back({found.uid.value, sync_flags(found.flags)}); };
  connector::OnFlagRow on_row = row;
  const imap::ModSeq since{mailbox.mod_seq};
  CO_TRY_ASSIGN(const imap::SequenceSet vanished, co_await imap.changed_since(since, true, std::move(on_row)));
  mailbox.picture.remove(vanished, change);
  std::erase_if(seen, [&](const Picture::Seen& one) { return vanished.contains(one.uid); });
  mailbox.picture.put(std::move(seen), change);
  if (!counts_agree(imap, mailbox)) co_return co_await load_picture(imap, mailbox, change);
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
