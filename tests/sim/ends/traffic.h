// What goes over a session in a world: streams of known octets, checked as they arrive.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "booster/session/session.h"
#include "tests/sim/fabric/types.h"

namespace sim {

namespace session = booster::session;

class Traffic {
 public:
  explicit Traffic(session::Session& session) : session_(session) {}

  // Opens a stream and sends so many octets.
  session::StreamId send(session::Class of, std::uint64_t size);
  // After every input: writes what there is room for, reads and checks what came.
  void pump(TimePoint now);

  struct Outgoing {
    std::uint64_t size = 0;
    std::uint64_t written = 0;
    bool finished = false;
    bool acked = false;
  };
  struct Incoming {
    session::Class of = session::Class::Bodies;
    std::uint64_t size = 0;
    bool ended = false;
    TimePoint opened_at{};
    TimePoint ended_at{};
  };
  const std::map<std::uint64_t, Outgoing>& outgoing() const { return outgoing_; }
  const std::map<std::uint64_t, Incoming>& incoming() const { return incoming_; }
  std::uint64_t received() const { return received_; }  // octets of all streams, in order
  bool all_sent() const;                                // everything we sent has arrived, as far as we know
  std::size_t ended() const;                            // streams of the peer's that came to their end
  bool intact() const { return intact_; }               // what came was what was sent
  const std::optional<booster::Error>& closed() const { return closed_; }

 private:
  void write(std::uint64_t id, Outgoing& out);
  void read(std::uint64_t id, Incoming& in, TimePoint now);
  void take_events(TimePoint now);

  session::Session& session_;
  std::map<std::uint64_t, Outgoing> outgoing_;
  std::map<std::uint64_t, Incoming> incoming_;
  std::uint64_t received_ = 0;
  bool intact_ = true;
  std::optional<booster::Error> closed_;
};

// The octets of a stream, anywhere in it.
booster::Bytes pattern(std::uint64_t stream, std::uint64_t from, std::size_t size);

}  // namespace sim
