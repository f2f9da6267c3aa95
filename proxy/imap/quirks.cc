#include "proxy/imap/quirks.h"

#include <array>

namespace proxy::imap {
namespace {

constexpr std::array kQuirks{
    Quirk{"BareLf", "scripts, netcat, home-made servers", "* 3 EXISTS\n", "LF alone ends a line"},
    Quirk{"EmptyLine", "peers that end a literal with one CRLF too many", "\r\n* 3 EXISTS",
          "an empty line between commands or responses is nothing"},
    Quirk{"TrailingSpace", "Yahoo after SEARCH, Exchange after STATUS", "* STATUS INBOX (MESSAGES 0) ",
          "spaces at the end of a response are nothing"},
    Quirk{"SpacesInList", "imap.qq.com", "* 11487 FETCH (UID 19436 )", "spaces before \")\", or several between items"},
    Quirk{"NoSpaceAfterLiteral", "Office 365, Exchange 2010", "* 1 FETCH (BODY[] {2}\r\nhiUID 12 FLAGS (\\Seen))",
          "the next item may follow a literal at once"},
    Quirk{"NestedItem", "Lotus Domino", "* 2 FETCH (UID 14935 (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)))",
          "an item in parentheses of its own"},
    Quirk{"BareCode", "Exchange 2013 after UID MOVE", "[COPYUID 124 10 233]",
          "a code without \"* OK\" is an untagged OK"},
    Quirk{"LooseBackslash", "Lotus Domino", "* LIST () \"/\" \"a\\b\"",
          "a backslash before anything but \\ and \" stands for itself"},
    Quirk{"NoText", "several servers", "* OK [UIDNEXT 4]", "a response without its human text"},
    Quirk{"OddCode", "codes of a server's own, or with an argument missing", "* NO [UIDNEXT] later",
          "a code that cannot be read is known by its name only"},
    Quirk{"BarePlus", "several SASL servers", "+", "a continuation without space and text"},
    Quirk{"OddFlag", "servers that store keywords unchecked", "* FLAGS (\\Seen a]b)",
          "a flag that could not be sent back is left out"},
    Quirk{"RawUtf8Mailbox", "servers that do not encode names", "* LIST () \"/\" \"Entw\xc3\xbcrfe\"",
          "a mailbox name in plain UTF-8; its octets are kept"},
    Quirk{"PlainAmpersand", "servers that do not encode names", "* LIST () \"/\" \"R&D\"",
          "a name that is no modified UTF-7 stands for itself; its octets are kept"},
    Quirk{"EmptyDelimiter", "flat servers", "* LIST () \"\" INBOX", "an empty delimiter is NIL"},
    Quirk{"XListNames", "Gmail before SPECIAL-USE", "* XLIST (\\HasNoChildren \\Spam) \"/\" \"[Gmail]/Spam\"",
          "XLIST is LIST; \\AllMail \\Spam \\Starred are \\All \\Junk \\Flagged"},
    Quirk{"BareModSeq", "early CONDSTORE servers", "* 1 FETCH (MODSEQ 5)", "MODSEQ without its parentheses"},
    Quirk{"OddInternalDate", "servers over a damaged store", "* 1 FETCH (INTERNALDATE \"00-Jan-0000 00:00:00 +0000\")",
          "a date that is none is left out"},
    Quirk{"GarbageObjectId", "Cyrus 3.6 in LIST-STATUS", "* STATUS a (UIDNEXT 1 MAILBOXID (\x8e)g))",
          "a MAILBOXID that is no object id is left out"},
    Quirk{"MisstatedSize", "Exchange before the body is made, servers that count LF", "* 1 FETCH (RFC822.SIZE 99)",
          "RFC822.SIZE is a guess; the octets that come are counted, and their count is stated from then on"},
    Quirk{"MisstatedCount", "servers with messages that they never show", "* 23 EXISTS",
          "what is listed counts, not how many are said to be there"},
    Quirk{"DayWithoutSpace", "clients in APPEND, servers in FETCH",
          "* 1 FETCH (INTERNALDATE \"1-Feb-2024 10:20:30 +0100\")", "the day may lack its leading space"},
};

}  // namespace

std::span<const Quirk> quirks() {
  return kQuirks;
}

}  // namespace proxy::imap
