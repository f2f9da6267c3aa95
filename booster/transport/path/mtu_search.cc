#include "booster/transport/path/mtu_search.h"

#include <algorithm>

namespace booster::transport::path {

std::size_t most_datagram(const Address& remote) {
  const bool mapped =
      std::all_of(remote.ip.begin(), remote.ip.begin() + 10, [](std::byte b) { return b == std::byte{0}; }) &&
      remote.ip[10] == std::byte{0xff} && remote.ip[11] == std::byte{0xff};
  return kEthernet - (mapped ? kUdpIpv4 : kUdpIpv6);
}

// Most paths take all of it or lose some to a tunnel: first the whole, then halves.
std::size_t MtuSearch::middle() const {
  if (doubted_ != 0) return doubted_;
  return tried_most_ ? size_ + (above_ - size_) / 2 : most_;
}

std::optional<std::size_t> MtuSearch::next_probe(bool in_use, TimePoint now) {
  if (in_use && now >= again_) {
    again_ = kNever;
    above_ = most_ + 1;
    tried_most_ = false;
  }
  if (probing_ != 0 || above_ - size_ <= kMtuStep || again_ != kNever) return std::nullopt;
  probing_ = middle();
  return probing_;
}

void MtuSearch::end_if_done(TimePoint now) {
  if (size_ < most_ && above_ - size_ <= kMtuStep) again_ = now + kMtuAgain;
}

void MtuSearch::on_arrived(std::size_t size, TimePoint now) {
  if (size == probing_) probing_ = 0;
  if (size <= size_) return;
  size_ = size;
  if (size >= doubted_) doubted_ = 0;
  tries_ = 0;
  tried_most_ = true;
  end_if_done(now);
}

void MtuSearch::on_lost(std::size_t size, TimePoint now) {
  if (size != probing_) return;
  probing_ = 0;
  if (++tries_ < kMtuTries) return;
  on_too_large(size, now);
}

void MtuSearch::on_too_large(std::size_t size, TimePoint now) {
  probing_ = 0;
  tries_ = 0;
  tried_most_ = true;
  if (size > kLeastDatagram) above_ = std::min(above_, size);
  if (size <= size_) size_ = kLeastDatagram;
  if (size <= doubted_) doubted_ = 0;
  end_if_done(now);
}

void MtuSearch::on_black_hole(TimePoint now) {
  if (size_ == kLeastDatagram) return;
  doubted_ = size_;
  size_ = kLeastDatagram;
  probing_ = 0;
  tries_ = 0;
  tried_most_ = true;
  again_ = kNever;
  end_if_done(now);
}

}  // namespace booster::transport::path
