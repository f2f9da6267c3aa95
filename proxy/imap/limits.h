// Every bound of the IMAP grammar, in one place, with the pain each one answers. GRAMMAR.md repeats them as a table.
#pragma once
#include <cstddef>
#include <cstdint>

namespace proxy::imap {

constexpr std::size_t kMaxTag = 128;           // longest seen in the field: 20; a tag is echoed, so it is kept
constexpr std::size_t kMaxAtom = 1024;         // Gmail labels as flags reach 225
constexpr std::size_t kMaxFlag = 256;          // keywords are kept for ever with each message
constexpr std::size_t kMaxFlags = 256;         // in one set; Dovecot stores 26, Cyrus 100 keywords a mailbox
constexpr std::size_t kMaxMailboxName = 1024;  // UTF-8 octets; Dovecot's own bound is 4096 for the whole path
constexpr std::size_t kMaxQuoted = 512;        // we write longer strings as literals; older parsers have small buffers
constexpr std::size_t kMaxText = 1024;         // human text of one response that we write

constexpr std::size_t kLineBeforeLogin = 8 * 1024;      // RFC 7162 §4 asks for 8192; a stranger gets no more
constexpr std::size_t kLiteralBeforeLogin = 4 * 1024;   // a password; CVE-2024-34055 is what no bound means
constexpr std::size_t kCommandBeforeLogin = 12 * 1024;  // one line and one literal
constexpr std::uint32_t kListsBeforeLogin = 1;         // ID has one; CVE-2026-27857: NOOP (((... took 1 MB a connection
constexpr std::size_t kLineAfterLogin = 64 * 1024;     // UID sets of a badly fragmented mailbox
constexpr std::size_t kLiteralAfterLogin = 64 * 1024;  // SEARCH strings; APPEND's literal is streamed instead
constexpr std::size_t kCommandAfterLogin = 256 * 1024;
constexpr std::uint32_t kNestingAfterLogin = 32;  // SEARCH keys inside each other; recursion depth of the parser
constexpr std::size_t kNonSyncLiteral = 4096;     // RFC 7888 §5, LITERAL-
constexpr std::size_t kMaxSkip = 1024 * 1024;  // what we swallow to get back into step before we rather drop the peer
constexpr std::uint64_t kMaxAppend = 256ull << 20;  // default; the face sets what the server takes

constexpr std::size_t kMaxSearchKeys = 1024;   // a key takes ~100 octets of memory for 2 of line ("1 1 1 ...")
constexpr std::size_t kMaxFetchItems = 256;    // BODY[1] ... BODY[n] of one command
constexpr std::size_t kMaxHeaderFields = 256;  // in one HEADER.FIELDS; Thunderbird asks for about 20
constexpr std::size_t kMaxPartDepth = 100;     // numbers in a section; same as our MIME nesting bound
constexpr std::size_t kMaxPatterns = 64;       // LIST
constexpr std::size_t kMaxIdFields = 30;       // RFC 2971 §3.3
constexpr std::size_t kMaxNames = 512;         // capabilities in one list, namespaces

constexpr std::size_t kResponseLine = 1024 * 1024;  // one response without its streamed literals
constexpr std::uint32_t kResponseNesting = 64;      // BODYSTRUCTURE of nested multiparts; skipped without recursion
constexpr std::size_t kStreamAbove = 16 * 1024;     // smaller body literals are buffered with their response
constexpr std::size_t kPlacesPerResponse =
    256;  // a streamed literal looks at its response's beginning again; later ones are buffered

}  // namespace proxy::imap
