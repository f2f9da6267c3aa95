// The parsers behind parse_command(): each takes what follows its verb. Inside of this folder only.
#pragma once
#include <string>

#include "proxy/imap/command.h"
#include "proxy/imap/scanner.h"

namespace proxy::imap::parse {

Result<MailboxName> mailbox(Scanner& in);       // mailbox = astring, modified UTF-7
Result<Section> section(Scanner& in);           // "[" [section-spec] "]"
Result<std::string> pattern(Scanner& in);       // list-mailbox, decoded
Result<StatusItems> status_items(Scanner& in);  // "(" status-att *(SP status-att) ")"

// parse_access.cc
Result<command::Any> id(Scanner& in);
Result<command::Any> enable(Scanner& in);
Result<command::Any> compress(Scanner& in);
Result<command::Any> authenticate(Scanner& in);
Result<command::Any> login(Scanner& in);

// parse_mailbox_command.cc
Result<command::Any> select(Scanner& in);
Result<command::Any> examine(Scanner& in);
Result<command::Any> create(Scanner& in);
Result<command::Any> remove(Scanner& in);
Result<command::Any> rename(Scanner& in);
Result<command::Any> subscribe(Scanner& in);
Result<command::Any> unsubscribe(Scanner& in);
Result<command::Any> status(Scanner& in);
Result<command::Any> append(Scanner& in);

// parse_list.cc
Result<command::Any> list(Scanner& in);
Result<command::Any> lsub(Scanner& in);

// parse_message_command.cc, parse_fetch.cc, parse_search.cc
Result<command::Any> expunge(Scanner& in);
Result<command::Any> uid_expunge(Scanner& in);
Result<command::Any> search(Scanner& in);
Result<command::Any> fetch(Scanner& in);
Result<command::Any> store(Scanner& in);
Result<command::Any> copy(Scanner& in);
Result<command::Any> move(Scanner& in);

}  // namespace proxy::imap::parse
