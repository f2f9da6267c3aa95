#include "booster/transport/path/keepalive_search.h"

#include <algorithm>

namespace booster::transport::path {
namespace {

constexpr int kProofs = 500;  // survived in a row, and what was lost once may have been an accident: some hours
constexpr Duration kClosest = std::chrono::seconds(3);  // timers of NATs are no finer

}  // namespace

KeepaliveSearch::KeepaliveSearch(const KeepaliveBounds& bounds, const std::optional<IdleLife>& known)
    : bounds_(bounds), life_(known.value_or(IdleLife{})) {
  life_.survived = std::min(life_.survived, bounds_.longest);
}

// Between what survived and what was lost is less than a finer search would gain.
Duration KeepaliveSearch::close() const {
  return std::max(kClosest, life_.survived / 8);
}

bool KeepaliveSearch::settled() const {
  return life_.lost ? *life_.lost - life_.survived <= close() || *life_.lost <= bounds_.shortest
                    : life_.survived >= bounds_.longest;
}

Duration KeepaliveSearch::interval() const {
  Duration next = life_.survived + std::min(bounds_.step, life_.survived / 2);
  if (life_.survived == Duration{}) next = bounds_.first;
  if (life_.lost) next = std::min(next, life_.survived + (*life_.lost - life_.survived) / 2);
  if (settled()) next = life_.survived - life_.survived / 16;  // room for a question that is repeated
  return std::chrono::floor<std::chrono::seconds>(std::clamp(next, bounds_.shortest, bounds_.longest));
}

void KeepaliveSearch::on_survived(Duration silence) {
  if (silence < interval() * 7 / 8) return;  // says nothing new
  ++proofs_;
  life_.survived = std::max(life_.survived, std::min(silence, bounds_.longest));
  if (life_.lost && (proofs_ >= kProofs || life_.survived >= *life_.lost)) {
    life_.lost.reset();
    proofs_ = 0;
  }
}

void KeepaliveSearch::on_lost(Duration silence) {
  proofs_ = 0;
  life_.lost = std::min(life_.lost.value_or(silence), silence);
  // It forgets sooner than it did: what was survived once counts no more, and nobody knows how much sooner.
  if (life_.survived >= *life_.lost - kClosest) life_.survived = {};
}

std::optional<IdleLife> KeepaliveSearch::known() const {
  if (life_.survived == Duration{} && !life_.lost) return std::nullopt;
  return life_;
}

}  // namespace booster::transport::path
