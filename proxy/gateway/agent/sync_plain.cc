// Sync class Plain: every UID and its flags, on the LAN, compared with what was seen last.
#include "proxy/gateway/agent/mailboxes.h"

namespace proxy::gateway::agent {

bool counts_agree(const ImapConnection& imap, const Mailbox& mailbox) {
  return imap.selected() != nullptr && imap.selected()->exists == mailbox.picture.count() + mailbox.hidden;
}

namespace {

Task<Result<>> scan(ImapConnection& imap, std::vector<Picture::Seen>& seen) {
  if (imap.selected()->exists == 0) co_return Result<>();
  seen.reserve(std::min<std::size_t>(imap.selected()->exists, 1 << 20));
  const auto row = [&seen](connector::FlagRow found) { seen.push_back({found.uid.value, sync_flags(found.flags)}); };
  connector::OnFlagRow on_row = row;
  co_return co_await imap.scan_flags(imap::SequenceSet::from(1), std::move(on_row));
}

}  // namespace

// A message that is counted and never shown stays hidden: else every look would scan anew for its sake.
Task<Result<>> load_picture(ImapConnection& imap, Mailbox& mailbox, Change& change) {
  std::vector<Picture::Seen> seen;
  CO_TRY(co_await scan(imap, seen));
  mailbox.picture.replace(std::move(seen), change);
  const std::uint32_t exists = imap.selected() == nullptr ? 0 : imap.selected()->exists;
  mailbox.hidden = exists > mailbox.picture.count() ? exists - mailbox.picture.count() : 0;
  mailbox.loaded = true;
  co_return Result<>();
}

Task<Result<>> update_plain(ImapConnection& imap, Mailbox& mailbox, Change& change) {
  co_return co_await load_picture(imap, mailbox, change);
}

}  // namespace proxy::gateway::agent
