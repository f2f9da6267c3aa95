// What a contact says, read off its chain: nothing of it is stored a second time.          Source: RFC 6350 §6, RFC
// 2426
#pragma once
#include <string>
#include <vector>

#include "codec/property/chain.h"

namespace codec::convert::card {

// An address or number and what it is for.
struct Reachable {
  std::string value;               // "mailto:" and "tel:" removed
  std::vector<std::string> types;  // in capitals, as TYPE or, in vCard 2.1, alone
  bool operator==(const Reachable&) const = default;
};

struct Contact {
  std::string version;  // as written
  std::string uid;
  std::string kind;                       // in capitals; empty: a person
  std::string formatted_name;             // FN
  std::vector<std::string> name;          // N: family, given, additional, prefixes, suffixes; fewer where fewer stand
  std::vector<std::string> organisation;  // ORG and its units
  std::vector<Reachable> emails;
  std::vector<Reachable> phones;
  std::string revision;  // REV as written: its forms are many and only equality counts
};

// Of a chain of to_chain's, in the order of the text.
std::vector<Contact> contacts(const property::Chain& card);

}  // namespace codec::convert::card
