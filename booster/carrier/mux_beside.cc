// A second connection beside the first one.                            Source: booster/session/PROTOCOL.md §2.3
#include "booster/carrier/carry_parts.h"
#include "booster/carrier/mux.h"
#include "booster/net/send_gate.h"
#include "booster/net/tcp_info.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kTransfer = std::uint64_t{32} << 10;  // no message is so long, no first window of TCP either
constexpr auto kTransferPause = seconds(2);                   // some round trips: what comes later is another transfer
constexpr auto kSecondLook = seconds(1);
constexpr auto kNothingLeft = seconds(10);  // then it is closed: a NAT would forget it, and nothing keeps it alive
constexpr auto kUnsettled = seconds(20);    // as long as a session bears silence

}  // namespace

struct Mux::Beside {
  struct Sent {
    session::FrameTicket ticket;
    runtime::TimePoint at;
  };
  std::deque<Sent> sent;  // and not known to be settled
  runtime::TimePoint moved;
};

Task<Result<>> Mux::carry_beside(net::Stream& wire) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  if (!session_.attached() || beside_) co_return fail(Errc::Closed, "no carrier to stand beside");
  Beside beside;
  beside.moved = loop_.now();
  beside_ = true;
  Ends ends;
  runtime::TaskScope parts(loop_, *here.scope);
  parts.spawn("second reader", end_all_after(parts, ends, read_beside(wire, beside)));
  parts.spawn("second writer", end_all_after(parts, ends, write_beside(wire, beside)));
  parts.spawn("second watch", end_all_after(parts, ends, watch_beside(beside)));
  parts.spawn("first carrier's end", end_all_after(parts, ends, wait_detached()));
  co_await parts.join();
  wire.close();
  beside_ = false;
  beside_rate_ = {};
  session::FrameTickets lost;
  for (const Beside::Sent& each : beside.sent)
    if (!session_.settled(each.ticket)) lost.push_back(each.ticket);
  session_.on_lost(lost, loop_.now());
  on_events();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "second carrier");
  co_return tl::unexpected(ends.first.value_or(Error(Errc::Closed, "second carrier")));
}

Task<Result<>> Mux::wait_detached() {
  while (session_.attached() && !closed()) CO_TRY(co_await detached_.wait());
  co_return fail(Errc::Closed, "the first carrier ended");
}

Task<Result<>> Mux::read_beside(net::Stream& wire, Beside& beside) {
  Bytes buffer(2 * session::kMaxFrame);
  std::size_t filled = 0;
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(std::span(buffer).subspan(filled)));
    if (count == 0) co_return fail(Errc::Closed, "the peer closed the second connection");
    if (!session_.attached()) co_return fail(Errc::Closed, "the first carrier ended");
    filled += count;
    beside.moved = last_heard_ = loop_.now();
    measure_beside(wire.fd(), count);
    const Result<std::size_t> used = session_.on_frames(ByteView(buffer).first(filled), loop_.now());
    on_events();
    if (!used) co_return tl::unexpected(used.error());
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(*used), buffer.begin() + static_cast<std::ptrdiff_t>(filled),
              buffer.begin());
    filled -= *used;
  }
}

Task<Result<>> Mux::write_beside(net::Stream& wire, Beside& beside) {
  Bytes record(kRecord);
  net::SendGate gate(loop_, wire.fd());
  session::FrameTickets tickets;
  for (;;) {
    CO_TRY(co_await gate.open());
    const std::size_t limit = std::min(session_.record_limit(), record.size());
    tickets.clear();
    const std::size_t size = session_.fill_bulk(std::span(record).first(limit), loop_.now(), tickets);
    if (size == 0) {
      CO_TRY(co_await out_.wait());
      continue;
    }
    for (const session::FrameTicket& ticket : tickets) beside.sent.push_back({ticket, loop_.now()});
    on_events();
    CO_TRY(co_await wire.write(ByteView(record).first(size)));
    beside.moved = loop_.now();
    measure_beside(wire.fd(), size);
  }
}

Task<Result<>> Mux::watch_beside(Beside& beside) {
  for (;;) {
    CO_TRY(co_await runtime::sleep_for(kSecondLook));
    while (!beside.sent.empty() && session_.settled(beside.sent.front().ticket)) beside.sent.pop_front();
    const runtime::TimePoint now = loop_.now();
    if (!beside.sent.empty() && now - beside.sent.front().at > kUnsettled)
      co_return fail(Errc::Timeout, "the second connection fell silent");
    if (session_.role() == session::Role::Client && beside.sent.empty() && now - beside.moved > kNothingLeft)
      co_return fail(Errc::Closed, "nothing is left for the second connection");
  }
}

void Mux::measure_beside(int fd, std::size_t bytes) {
  moved_ += bytes;
  note_burst(bytes);
  if (const std::optional<net::TcpPath> path = net::tcp_path(fd)) beside_rate_ = {path->delivery_rate * 8};
}

void Mux::note_burst(std::size_t bytes) {
  if (loop_.now() - burst_at_ > kTransferPause) burst_ = 0;
  burst_at_ = loop_.now();
  burst_ += bytes;
  if (burst_ >= kTransfer) transfer_.notify_all();
}

Task<Result<>> Mux::until_transfer() {
  while (burst_ < kTransfer || loop_.now() - burst_at_ > kTransferPause) CO_TRY(co_await transfer_.wait());
  co_return Result<>();
}

}  // namespace booster::carrier
