// UdpBatch: buffers for what one call receives, used again and again.
#pragma once
#include <memory>
#include <vector>

#include "booster/net/udp_system.h"

namespace booster::net {

class UdpBatch {
 public:
  UdpBatch();
  UdpBatch(const UdpBatch&) = delete;
  UdpBatch& operator=(const UdpBatch&) = delete;

  // What the last receive() brought, in the order of arrival; until the next one.
  std::span<const UdpDatagram> datagrams() const { return datagrams_; }
  // It brought as much as it could: more may wait. Else the queue was found empty behind it.
  bool is_full() const { return full_; }

 private:
  friend class UdpReceiver;
  static constexpr std::size_t kSlots = 32;
  // A message of joined segments may be as large as UDP allows. Only pages that were written to cost memory.
  static constexpr std::size_t kSlotBytes = 64 << 10;
  struct Slot {
    sockaddr_storage name;
    iovec part;
    alignas(cmsghdr) std::array<std::byte, kUdpControl> control;
  };

  std::span<UdpHeader> headers() { return headers_; }
  void rearm(std::size_t slot);  // before it receives
  void clear() {
    datagrams_.clear();
    full_ = false;
  }
  // Adds the datagrams of a slot.
  void take(std::size_t slot, const UdpArrival& arrival, std::uint16_t local_port, runtime::TimePoint received);

  std::unique_ptr<std::byte[]> bytes_;
  std::vector<Slot> slots_;
  std::vector<UdpHeader> headers_;
  std::vector<UdpDatagram> datagrams_;
  bool full_ = false;
};

}  // namespace booster::net
