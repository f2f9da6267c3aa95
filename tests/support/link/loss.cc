#include "tests/support/link/loss.h"

namespace support::link {

void Loss::configure(const LossSettings& settings) {
  settings_ = settings;
  bad_ = false;
}

bool Loss::next() {
  // Always two draws, so that changing one probability does not shift the rest of the sequence.
  const double move = random_.unit();
  const double draw = random_.unit();
  if (bad_ ? move < settings_.to_good : move < settings_.to_bad) bad_ = !bad_;
  return draw < (bad_ ? settings_.in_bad : settings_.in_good);
}

}  // namespace support::link
