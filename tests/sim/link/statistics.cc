#include "tests/sim/link/statistics.h"

#include <algorithm>
#include <bit>

namespace sim {
namespace {

constexpr unsigned kFineBits = 5;  // 32 buckets for each doubling
constexpr std::uint64_t kFine = 1U << kFineBits;

std::size_t bucket_of(std::uint64_t microseconds) {
  if (microseconds < kFine) return microseconds;
  const auto shift = static_cast<unsigned>(std::bit_width(microseconds)) - kFineBits - 1;
  return (shift + 1) * kFine + (microseconds >> shift) - kFine;
}

std::uint64_t middle_of(std::size_t bucket) {
  if (bucket < kFine) return bucket;
  const std::uint64_t shift = bucket / kFine - 1;
  return ((bucket % kFine + kFine) << shift) + ((1ULL << shift) >> 1U);
}

}  // namespace

void DelayHistogram::add(Duration delay) {
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(delay).count();
  const std::size_t bucket = bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(whole, 0)));
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  sum_ += delay;
}

Duration DelayHistogram::mean() const {
  return count_ == 0 ? Duration::zero() : sum_ / static_cast<std::int64_t>(count_);
}

Duration DelayHistogram::quantile(double share) const {
  const double wanted = share * static_cast<double>(count_);
  double seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && buckets_[i] > 0) return std::chrono::microseconds(middle_of(i));
  }
  return Duration::zero();
}

Count LinkStatistics::dropped() const {
  Count all;
  for (const Count& kind : ended) {
    all.packets += kind.packets;
    all.bytes += kind.bytes;
  }
  return all;
}

void LinkStatistics::on_delivered(std::size_t bytes, TimePoint now) {
  delivered.add(bytes);
  if (window <= Duration::zero()) return;
  const auto index = static_cast<std::size_t>((now - series_start) / window);
  if (index >= delivered_bytes.size()) delivered_bytes.resize(index + 1);
  delivered_bytes[index] += bytes;
}

}  // namespace sim
