#include "proxy/messaging/coding.h"

namespace proxy::messaging {
namespace {

// The coder takes .8 MB of mail a second and gives a fifth of it: a link of this rate waits for it half of the time.
constexpr BitsPerSecond kMixBulk{800'000};
// A mail of 10 kB costs 12 ms at each end, and saves as much air at twice this rate.
constexpr BitsPerSecond kMixTrickle{2'500'000};
// Level 16 takes 4 MB a second: 4 % fewer octets than kBulk, while the link still is what is waited for.
constexpr BitsPerSecond kThoroughBelow{3'000'000};
constexpr MessageOptions kThorough{.level = 16, .window_log = 22};
constexpr std::uint64_t kClearly = 2;  // times the limit, to leave what was chosen below it

bool below(std::optional<BitsPerSecond> link, BitsPerSecond limit, bool already) {
  return link && link->value <= limit.value * (already ? kClearly : 1);
}

}  // namespace

MessageOptions CodingChoice::choose(Load load, std::optional<BitsPerSecond> link) {
  const bool bulk = load == Load::Bulk;
  if (!below(link, bulk ? kMixBulk : kMixTrickle, holds_permit_)) {
    let_go();
  } else if (!holds_permit_ && permits_ != nullptr) {
    holds_permit_ = permits_->take();
  }
  if (holds_permit_) return {.encoding = codec::compress::Encoding::Mix};
  thorough_ = below(link, kThoroughBelow, thorough_);
  if (load == Load::Alone) return kAlone;
  if (load == Load::AloneLarge) return thorough_ ? kThorough : kAloneLarge;
  if (!bulk) return kTrickle;
  return thorough_ ? kThorough : kBulk;
}

void CodingChoice::let_go() {
  if (holds_permit_) permits_->give_back();
  holds_permit_ = false;
}

}  // namespace proxy::messaging
