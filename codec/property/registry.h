// Which ids belong to which family of messages. A family declares its constants in its own folder's header, lists them
// in one array and proves at compile time that they are its own:
//   inline constexpr Name kNames[] = {name_of(kUser), name_of(kSecret)};
//   static_assert(well_registered(kNames, kLoginIds));
#pragma once
#include <span>

#include "codec/property/type.h"

namespace codec::property {

struct IdRange {
  Id first;
  Id last;  // included
  constexpr bool holds(Id id) const { return first <= id && id <= last; }
};

constexpr IdRange kCommonIds{0x00, 0x0f};       // kind, version, error: what every message may carry
constexpr IdRange kChainIds{0x10, 0x1f};        // what is said of chains themselves: differences
constexpr IdRange kSessionIds{0x20, 0x5f};      // hello, join
constexpr IdRange kLoginIds{0x60, 0x9f};        // login, results, refresh, logoff: the control stream
constexpr IdRange kSyncIds{0xa0, 0xff};         // state vectors, feed
constexpr IdRange kOperationIds{0x100, 0x13f};  // what the user did: flags, moves, appends
constexpr IdRange kSubmissionIds{0x140, 0x17f};
constexpr IdRange kProcessIds{0x180, 0x1bf};  // front, workers, broker
constexpr IdRange kFlowIds{0x1c0, 0x1df};
constexpr IdRange kItemIds{0x200, 0x2ff};  // properties of mail
constexpr IdRange kCardIds{0x300, 0x3ff};  // lines and components of appointments, tasks, notes, contacts

constexpr IdRange kFamilies[] = {kCommonIds,     kChainIds,   kSessionIds, kLoginIds, kSyncIds, kOperationIds,
                                 kSubmissionIds, kProcessIds, kFlowIds,    kItemIds,  kCardIds};

struct Name {
  Id id;
  Type type;
  const char* text;
};
template <Type T>
constexpr Name name_of(Property<T> property) {
  return {property.id, T, property.name};
}

constexpr bool well_registered(std::span<const Name> names, IdRange range) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!range.holds(names[i].id)) return false;
    for (std::size_t k = 0; k < i; ++k)
      if (names[k].id == names[i].id) return false;
  }
  return true;
}

constexpr bool apart(std::span<const IdRange> ranges) {
  for (std::size_t i = 0; i < ranges.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (ranges[i].first <= ranges[k].last && ranges[k].first <= ranges[i].last) return false;
  return true;
}
static_assert(apart(kFamilies));

}  // namespace codec::property
