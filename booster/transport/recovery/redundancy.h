// Redundancy: which packets are sent a second time before anybody knows whether they were lost.
//
// Who waits for an answer of one packet waits a round trip and a half longer when it is lost. So where the path loses
// by itself, what is urgent and short, and the last packet of a burst (no later one tells of its loss), go again a
// little later: apart, as far as its losses come in bursts. Never bulk, never on a clean path, and only what the path
// carries in a fraction of the round trip that is saved.                                        Source: PROTOCOL.md §5
#pragma once
#include <cstdint>
#include <vector>

#include "booster/transport/types.h"

namespace booster::transport::recovery {

class Redundancy {
 public:
  struct Measured {   // of the path
    double loss = 0;  // share of packets that it loses at any rate of ours
    Duration rtt{};
    BitsPerSecond rate;
    bool bursts = true;  // neighbours are lost together
  };
  struct Sent {  // a packet with something in it that was never sent before
    PacketNumber number;
    std::size_t size = 0;  // octets that would go again
    bool urgent = false;   // somebody waits for what is in it
    bool last = false;     // nothing more was there to be sent
  };
  void on_sent(const Sent& packet, const Measured& path, TimePoint now);

  struct Copy {
    PacketNumber number;
    bool whole = false;  // or only what is urgent in it
  };
  // Each as often as it is to be sent. Who asks leaves out what has been acknowledged since.
  std::vector<Copy> take_due(TimePoint now);
  // Nothing is kept: a packet that is neither urgent nor the last of a burst would change nothing.
  bool idle() const { return waiting_.empty() && urgent_run_ == 0; }
  TimePoint deadline() const;  // kNever: nothing waits

 private:
  struct Waiting {
    Sent packet;
    TimePoint due{};
    int copies = 0;
  };
  int copies_worth(const Sent& packet) const;
  Duration apart() const;
  bool afford(std::size_t size, TimePoint now);
  void forget_urgent();

  std::vector<Waiting> waiting_;  // a few
  std::size_t urgent_run_ = 0;    // urgent packets since the last time that everything had been sent
  Measured path_;
  double credit_ = 0;  // octets
  TimePoint credit_at_{};
};

}  // namespace booster::transport::recovery
