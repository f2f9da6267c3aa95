#include "booster/carrier/udp_server.h"

namespace booster::carrier {

// A client's connection; gives it back to the door when it is dropped.
class UdpServer::Guest final : public PacketCarrier {
 public:
  Guest(UdpServer& server, transport::Connection& of, const tls::MemoryHandshake& exchange)
      : PacketCarrier(server.loop_, of, exchange), server_(server) {
    server_.guests_[&of] = this;
  }
  ~Guest() override {
    server_.guests_.erase(&connection());
    if (!closed()) connection().close(Error(Errc::Closed, "done"), loop().now());
    end_trace();
    server_.door_.forget(connection(), loop().now());
    server_.port_.wake();
  }

 private:
  void wake() override {
    server_.door_.wake(connection());
    server_.port_.wake();
  }
  UdpServer& server_;
};

Result<std::unique_ptr<UdpServer>> UdpServer::open(runtime::Loop& loop, const net::Address& address,
                                                   tls::Context context, const crypto::Secret& secret) {
  net::UdpOptions options;
  options.bind = address;
  options.both = false;  // each configured address has a port of its own, as for TCP
  TRY_ASSIGN(std::unique_ptr<net::UdpSocket> socket, net::UdpSocket::open(loop, options));
  return std::unique_ptr<UdpServer>(new UdpServer(loop, std::move(socket), std::move(context), secret));
}

UdpServer::UdpServer(runtime::Loop& loop, std::unique_ptr<net::UdpSocket> socket, tls::Context context,
                     const crypto::Secret& secret)
    : loop_(loop),
      context_(std::move(context)),
      door_(secret, *this, entropy_,
            std::chrono::duration_cast<std::chrono::seconds>(loop.wall_now().time_since_epoch()), loop.now()),
      port_(loop, std::move(socket), *this) {
  port_.answer_from_where_it_came();
}

UdpServer::~UdpServer() {
  CHECK(guests_.empty());
}

std::unique_ptr<transport::Handshake> UdpServer::make_handshake() {
  return std::make_unique<TlsExchange>(tls::MemoryHandshake::server(context_, "a client", {}));
}

void UdpServer::take(transport::Connection& connection, const transport::Event& event) {
  const auto known = guests_.find(&connection);
  if (known != guests_.end()) {
    known->second->on_event(event);
    return;
  }
  if (std::holds_alternative<transport::Established>(event) && on_carrier_) {
    auto& exchange = static_cast<TlsExchange&>(door_.handshake_of(connection));
    on_carrier_(std::make_unique<Guest>(*this, connection, exchange.tls()));
  } else if (std::holds_alternative<transport::Closed>(event)) {
    door_.forget(connection, loop_.now());  // it ended before it was anybody's
  }
}

void UdpServer::settle(runtime::TimePoint) {
  while (const auto next = door_.next_event()) take(*next->first, next->second);
  while (transport::Connection* const touched = door_.next_touched()) {
    if (const auto known = guests_.find(touched); known != guests_.end()) known->second->after_input();
  }
}

Task<Result<>> UdpServer::serve(OnCarrier on_carrier) {
  on_carrier_ = std::move(on_carrier);
  const Result<> end = co_await port_.serve();
  on_carrier_ = nullptr;
  if (!end && end.error().code != Errc::Cancelled) {
    for (const auto& [connection, guest] : guests_) guest->fail_with(end.error());
  }
  port_.send_now();  // what the last ones said when they left
  co_return end;
}

}  // namespace booster::carrier
