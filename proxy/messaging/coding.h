// How hard a message stream packs: what air time is worth against CPU time.               Source: DESIGN §7
#pragma once
#include <cstdint>
#include <optional>

#include "booster/session/types.h"
#include "codec/content/unwrapper.h"
#include "codec/refer/history.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/messaging/mixing_permits.h"

namespace proxy::messaging {

using booster::session::BitsPerSecond;

enum class Load : std::uint8_t {
  Bulk,     // many mails, one after the other
  Trickle,  // one now and then, for days
};

// A mail that shares no window: octets of its content, and of what it is coded against.
struct Alone {
  std::size_t content = 0;
  std::size_t references = 0;
};

// Where kBulk would keep the link waiting: less thorough, faster.
constexpr MessageOptions kQuick{.level = 3, .window_log = 20};
constexpr MessageOptions kQuicker{.level = 1, .window_log = 20};
constexpr MessageOptions kQuickest{.encoding = codec::compress::Encoding::Lz4};

// What a mail that goes alone may be coded against.
constexpr codec::refer::History::Room kRoom{kReferences, kWholeReferences};

// `link`: as CodingChoice has it.
codec::content::Containers containers(std::optional<BitsPerSecond> link);

// For a receiver that takes no context mixing.
MessageOptions unmixed(const Alone& mail);

// One sending stream's. Another coding costs the window, so it stays until the link is clearly another.
class CodingChoice {
 public:
  explicit CodingChoice(MixingPermits* permits) : permits_(permits) {}  // nullptr: never by context mixing
  CodingChoice(const CodingChoice&) = delete;
  CodingChoice& operator=(const CodingChoice&) = delete;
  ~CodingChoice() { give_back_permit(); }

  // `link`: how fast it takes what is sent; nullopt: not known (yet). `pace`: what mixing gave so far on this stream.
  MessageOptions choose(Load load, std::optional<BitsPerSecond> link, std::optional<BitsPerSecond> pace = {});
  MessageOptions choose(const Alone& mail, std::optional<BitsPerSecond> link);
  // What a fast link leaves time for; nullopt: it is not known to be one.
  std::optional<MessageOptions> in_haste(std::optional<BitsPerSecond> link);
  void give_back_permit();  // others may have it while nothing comes
  bool mixing() const { return holds_permit_; }

 private:
  bool mix_below(BitsPerSecond limit, std::optional<BitsPerSecond> link);
  bool keeps_waiting(std::optional<BitsPerSecond> link, std::optional<BitsPerSecond> pace);

  MixingPermits* permits_;
  bool holds_permit_ = false;
  std::optional<BitsPerSecond> too_slow_;  // what mixing gave when it was left
  int since_left_ = 0;                     // choices
  bool thorough_ = false;
  std::size_t haste_ = 0;  // of kBulk and the three quick ones
};

}  // namespace proxy::messaging
