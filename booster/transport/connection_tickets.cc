// What becomes known of the session's frames, told to it; and the room that their tickets had.
#include "booster/transport/connection.h"

namespace booster::transport {
namespace {

constexpr std::size_t kTicketRooms = 256;  // kept: as many packets as one ACK tells of on a fast path

// `next` goes on in its stream where `one` ends.
bool continues(const session::FrameTicket& one, const session::FrameTicket& next) {
  using Kind = session::FrameTicket::Kind;
  return one.kind == Kind::Stream && next.kind == Kind::Stream && one.stream == next.stream && !one.fin && !next.open &&
         one.value + one.length == next.value;
}

}  // namespace

// The oldest first, and what stands in a row in one stream as one: the session lets go of it in one step.
void Connection::session_acked(std::span<const recovery::SentPacket> packets, TimePoint now) {
  if (source_ == nullptr || packets.empty()) return;
  acked_.clear();
  for (std::size_t i = packets.size(); i-- > 0;) {
    for (const session::FrameTicket& ticket : packets[i].tickets) {
      if (!acked_.empty() && continues(acked_.back(), ticket)) {
        acked_.back().length += ticket.length;
        acked_.back().fin = ticket.fin;
      } else {
        acked_.push_back(ticket);
      }
    }
  }
  source_->on_acked(acked_, now);
}

void Connection::keep_rooms(std::vector<recovery::SentPacket>& packets) {
  for (recovery::SentPacket& packet : packets) {
    if (packet.tickets.capacity() == 0 || ticket_rooms_.size() == kTicketRooms) continue;
    packet.tickets.clear();
    ticket_rooms_.push_back(std::move(packet.tickets));
  }
}

}  // namespace booster::transport
