// What an operation does to the tables when it is made and when it ends: the same code live and in replay, so a replica
// that was behind ends up the same. Internal to this folder.
#pragma once
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {

// UIDs of a mailbox, in the journal and in its row.
Result<LocalUid> allot(Work& work, MailboxId mailbox, std::uint32_t count);

// `overview`: of an appended message, where the caller has it; else made here from its content.
Result<> apply_made(Work& work, const queue::OperationRecord& record, const codec::property::Chain* overview = nullptr);
// `record` as ended in the journal; `event` its end's.
Result<> apply_ended(Work& work, const queue::OperationRecord& record, queue::Sequence event);

// The agent's word on an operation.
Result<> end_operation(Work& work, const sync::OperationResult& result);

// Gone from the server and not needed for what is under way: its rows are purged later.
Result<> drop_mailbox(Work& work, queue::MailboxRecord record);
// Held back entries whose operation has ended get their UID.
Result<> release_held(Work& work, MailboxId mailbox);
// Adds what an unbound message needs to be the server's `uid`; takes over what the feed said of it before.
Result<> bind_message(Work& work, const Message& message, ServerUid uid);
// Made from the content here.
Result<> add_overview(Work& work, const Message& message, const sync::ContentDigest& digest);
// Of a content that is here.
Result<codec::property::Chain> overview_of(Work& work, const sync::ContentDigest& digest, std::uint64_t size);
// Before the content goes: the previews that did not come because every body was to.
Result<> keep_previews(Work& work, std::int64_t content, const sync::ContentDigest& digest, std::uint64_t size);
Result<> put_overview(Work& work, Message& message, const codec::property::Chain& overview);

}  // namespace proxy::client::replica
