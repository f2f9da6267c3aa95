// What programs do to the mail: journalled as operations, applied at once. Internal to this folder.
#pragma once
#include "proxy/client/replica/effects.h"
#include "proxy/client/replica/reading.h"

namespace proxy::client::replica {

struct StoreStep {  // one batch; `after`: where the next one begins, 0: done
  LocalUid after;
  std::vector<LocalUid> modified;
  std::uint64_t mod_seq = 0;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> own;
};
Result<StoreStep> store_step(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after, StoreMode mode,
                             const Flags& flags, std::optional<std::uint64_t> unchanged_since);

Result<LocalUid> expunge_step(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after);

struct TransferStep {
  LocalUid after;
  std::uint32_t uid_validity = 0;
  std::vector<std::pair<LocalUid, LocalUid>> made;  // from, to
};
Result<TransferStep> transfer_step(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after,
                                   const std::string& target, bool moving);

struct AppendRequest {
  std::string mailbox;
  Content content;
  Flags flags;
  std::int64_t date = 0;
  std::int16_t zone_minutes = 0;
  std::optional<sync::Ticket> same_as;
  const codec::property::Chain* overview = nullptr;
};
Result<Appended> append_message(Work& work, const AppendRequest& request);

Result<> create_mailbox(Work& work, const std::string& name, const std::string& special_use);
Result<> remove_mailbox(Work& work, const std::string& name);
Result<> rename_mailbox(Work& work, const std::string& from, const std::string& to);
Result<> subscribe_mailbox(Work& work, const std::string& name, bool on);

}  // namespace proxy::client::replica
