#include "booster/net/udp_batch.h"

#include <algorithm>

namespace booster::net {

UdpBatch::UdpBatch()
    : bytes_(std::make_unique_for_overwrite<std::byte[]>(kSlots * kSlotBytes)), slots_(kSlots), headers_(kSlots) {
  for (std::size_t i = 0; i < kSlots; ++i) {
    slots_[i].part = {bytes_.get() + i * kSlotBytes, kSlotBytes};
    rearm(i);
  }
}

void UdpBatch::rearm(std::size_t slot) {
  msghdr& header = headers_[slot].msg_hdr;
  header = msghdr{};
  header.msg_name = &slots_[slot].name;
  header.msg_namelen = sizeof slots_[slot].name;
  header.msg_iov = &slots_[slot].part;
  header.msg_iovlen = 1;
  header.msg_control = slots_[slot].control.data();
  header.msg_controllen = kUdpControl;
}

void UdpBatch::take(std::size_t slot, const UdpArrival& arrival, std::uint16_t local_port,
                    runtime::TimePoint received) {
  UdpDatagram datagram;
  datagram.remote = UdpEndpoint::from(reinterpret_cast<const sockaddr*>(&slots_[slot].name));
  datagram.local = UdpEndpoint{arrival.local, local_port, arrival.interface};
  datagram.ecn = arrival.ecn;
  datagram.received = received;
  const std::span<std::byte> all(bytes_.get() + slot * kSlotBytes, headers_[slot].msg_len);
  const std::size_t segment = arrival.segment > 0 ? arrival.segment : std::max<std::size_t>(all.size(), 1);
  for (std::size_t at = 0; at < all.size(); at += segment) {
    datagram.bytes = all.subspan(at, std::min(segment, all.size() - at));
    datagrams_.push_back(datagram);
  }
}

}  // namespace booster::net
