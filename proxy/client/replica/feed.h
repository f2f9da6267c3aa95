// The feed's messages on the tables. Each may come again after a crash and then changes nothing. Internal to this
// folder.
#pragma once
#include "proxy/client/replica/effects.h"
#include "proxy/sync/feed.h"

namespace proxy::client::replica {

Result<> apply_folders(Work& work, const sync::Folders& folders);
// Everything ours becomes of an earlier numbering, to be found again by what it looks like.
Result<> begin_validity(Work& work, MailboxRow& row, sync::UidValidity validity);
Result<> apply_skeleton(Work& work, const sync::Skeleton& skeleton);
Result<> apply_flag_changes(Work& work, const sync::FlagChanges& changes);
Result<> apply_vanished(Work& work, const sync::Vanished& vanished);
Result<bool> apply_synced(Work& work, const sync::MailboxSynced& synced);  // true: we differ
Result<> apply_rematch(Work& work, const sync::Rematch& rematch);
Result<> apply_overviews(Work& work, const sync::Overviews& overviews);

// `asked`: also where there is nothing of it yet.
Result<std::optional<sync::MailboxVector>> vector_of(Work& work, const MailboxRow& row, bool asked);
Result<sync::RangeStates> states_of(Work& work, const sync::AskRanges& ask);

}  // namespace proxy::client::replica
