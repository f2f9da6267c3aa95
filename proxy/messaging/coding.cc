#include "proxy/messaging/coding.h"

#include <algorithm>
#include <array>
#include <bit>

namespace proxy::messaging {
namespace {

// The coder takes .8 MB of mail a second and gives a fifth of it: a link of this rate waits for it half of the time.
constexpr BitsPerSecond kMixBulk{800'000};
// A mail of 10 kB costs 12 ms at each end, and saves as much air at twice this rate.
constexpr BitsPerSecond kMixTrickle{2'500'000};
// Level 16 takes 4 MB a second: 4 % fewer octets than kBulk, while the link still is what is waited for.
constexpr BitsPerSecond kThoroughBelow{3'000'000};
constexpr MessageOptions kThorough{.level = 16, .window_log = 23};
// Containers are opened at 4 MB of them a second; a revision of a document saves nine tenths of its air time.
constexpr BitsPerSecond kOpenBelow{100'000'000};
// From these rates on the former one costs more, air and both ends' time together, or keeps the link waiting: ADR 8.
constexpr std::array kHaste{BitsPerSecond{0}, BitsPerSecond{80'000'000}, BitsPerSecond{300'000'000},
                            BitsPerSecond{800'000'000}};
constexpr MessageOptions kMixed{.encoding = codec::compress::Encoding::Mix};
constexpr std::size_t kVocabulary = 64 * 1024;  // what every window begins with, at most
constexpr std::uint64_t kMixingGives = 4;       // a link that waits for it less than this part of the time still gains
constexpr int kTryAgain = 200;                  // items: other mail may be cheaper to mix
constexpr std::uint64_t kClearly = 2;           // times the limit, to leave what was chosen below it

bool below(std::optional<BitsPerSecond> link, BitsPerSecond limit, bool already) {
  return link && link->value <= limit.value * (already ? kClearly : 1);
}

// The window holds all of it, where it may.
MessageOptions wide(MessageOptions options, const Alone& mail) {
  if (options.encoding != codec::compress::Encoding::ZstdWindow) return options;
  const auto needed = static_cast<int>(std::bit_width(mail.content + mail.references + kVocabulary));
  options.window_log = std::clamp(needed, options.window_log, codec::compress::kMaxWindowLog);
  return options;
}

bool is_large(const Alone& mail) {
  return mail.content + mail.references > kLargeAlone;
}

}  // namespace

codec::content::Containers containers(std::optional<BitsPerSecond> link) {
  return below(link.value_or(BitsPerSecond{0}), kOpenBelow, false) ? codec::content::Containers::Opened
                                                                   : codec::content::Containers::Left;
}

MessageOptions unmixed(const Alone& mail) {
  return wide(is_large(mail) ? kAloneLarge : kAlone, mail);
}

bool CodingChoice::mix_below(BitsPerSecond limit, std::optional<BitsPerSecond> link) {
  if (!below(link, limit, holds_permit_) || (holds_permit_ && !permits_->has_headroom())) {
    give_back_permit();
  } else if (!holds_permit_ && permits_ != nullptr) {
    holds_permit_ = permits_->take();
  }
  return holds_permit_;
}

std::optional<MessageOptions> CodingChoice::in_haste(std::optional<BitsPerSecond> link) {
  if (!link) haste_ = 0;
  while (haste_ > 0 && link->value * kClearly < kHaste[haste_].value) --haste_;
  while (link && haste_ + 1 < kHaste.size() && *link > kHaste[haste_ + 1]) ++haste_;
  if (haste_ == 0) return std::nullopt;
  return haste_ == 1 ? kQuick : haste_ == 2 ? kQuicker : kQuickest;
}

// Opened documents are five times as large, and cost the mixer five times as much, for few octets on the link.
bool CodingChoice::keeps_waiting(std::optional<BitsPerSecond> link, std::optional<BitsPerSecond> pace) {
  if (too_slow_ && (++since_left_ > kTryAgain || below(link, *too_slow_, false))) too_slow_.reset();
  if (!holds_permit_ || !link || !pace || link->value <= pace->value + pace->value / kMixingGives) {
    return too_slow_.has_value();
  }
  too_slow_ = BitsPerSecond{pace->value / kClearly};
  since_left_ = 0;
  return true;
}

MessageOptions CodingChoice::choose(Load load, std::optional<BitsPerSecond> link, std::optional<BitsPerSecond> pace) {
  const bool bulk = load == Load::Bulk;
  if (keeps_waiting(link, pace)) {
    give_back_permit();
  } else if (mix_below(bulk ? kMixBulk : kMixTrickle, link)) {
    return kMixed;
  }
  if (const auto quick = in_haste(link)) return *quick;
  thorough_ = below(link, kThoroughBelow, thorough_);
  if (!bulk) return kTrickle;
  return thorough_ ? kThorough : kBulk;
}

// The mixer learns of the references before its first bit, while nothing is on the link.
MessageOptions CodingChoice::choose(const Alone& mail, std::optional<BitsPerSecond> link) {
  const bool large = is_large(mail);
  if (mail.references > kReferences) {
    give_back_permit();
  } else if (mix_below(large ? kMixBulk : kMixTrickle, link)) {
    return kMixed;
  }
  if (const auto quick = in_haste(link)) {
    // LZ4 would not reach what the mail refers to.
    const bool far = mail.references > 0 && quick->encoding == codec::compress::Encoding::Lz4;
    return wide(far ? kQuicker : *quick, mail);
  }
  thorough_ = below(link, kThoroughBelow, thorough_);
  if (!large) return wide(kAlone, mail);
  return wide(thorough_ ? kThorough : kAloneLarge, mail);
}

void CodingChoice::give_back_permit() {
  if (holds_permit_) permits_->give_back();
  holds_permit_ = false;
}

}  // namespace proxy::messaging
