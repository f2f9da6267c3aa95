// The tree of a SEARCH; who evaluates it is the face.                            Source: RFC 9051 §6.4.4, RFC 7162
// §3.1.5
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proxy/imap/date.h"
#include "proxy/imap/flags.h"
#include "proxy/imap/sequence_set.h"

namespace proxy::imap {

struct SearchKey;

namespace search {
struct All {
  friend bool operator==(const All&, const All&) = default;
};
struct And {  // "(" key key ")", and the whole command; NEW is And{RECENT, UNSEEN}
  std::vector<SearchKey> keys;
};
struct Or {
  std::vector<SearchKey> keys;  // two
};
struct Not {
  std::vector<SearchKey> keys;  // one
};
struct HasFlag {  // SEEN UNSEEN KEYWORD UNKEYWORD RECENT OLD ...
  Flag flag;
  bool set = true;
  friend bool operator==(const HasFlag&, const HasFlag&) = default;
};
enum class Field : std::uint8_t { Bcc, Body, Cc, From, Subject, Text, To, Header };
struct Contains {
  Field field = Field::Text;
  std::string header;  // of Header: the field's name
  std::string text;    // in the command's charset, UTF-8 unless it says otherwise; may be empty
  friend bool operator==(const Contains&, const Contains&) = default;
};
enum class Compare : std::uint8_t { Before, On, Since };
struct Date {
  bool sent = false;  // SENTBEFORE ...: the Date field; else INTERNALDATE
  Compare compare = Compare::On;
  Day day;
  friend bool operator==(const Date&, const Date&) = default;
};
struct Size {
  bool larger = true;  // else SMALLER
  std::uint64_t octets = 0;
  friend bool operator==(const Size&, const Size&) = default;
};
struct Numbers {
  bool uid = false;
  SequenceSet set;
  friend bool operator==(const Numbers&, const Numbers&) = default;
};
struct Modified {  // MODSEQ [entry type] n: entry name and type are taken and dropped, as RFC 7162 allows one modseq
                   // per message
  ModSeq since;
  friend bool operator==(const Modified&, const Modified&) = default;
};
}  // namespace search

struct SearchKey {
  std::variant<search::All, search::And, search::Or, search::Not, search::HasFlag, search::Contains, search::Date,
               search::Size, search::Numbers, search::Modified>
      value;
};
bool operator==(const SearchKey& a, const SearchKey& b);  // deep

bool uses_modseq(const SearchKey& key);  // then the answer carries MODSEQ (RFC 7162 §3.1.5)

}  // namespace proxy::imap
