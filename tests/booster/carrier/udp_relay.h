// UdpRelay: what stands between a client and its gateway's UDP port: swallows, delays, and changes its own port as a
// NAT does.
#pragma once
#include "booster/net/udp_socket.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {

class UdpRelay {
 public:
  UdpRelay(runtime::Loop& loop, runtime::CancelScope& scope, const net::UdpEndpoint& gateway)
      : loop_(loop), gateway_(gateway), front_(open()), back_(open()), tasks_(loop, scope) {
    tasks_.spawn("up", pass(true));
    tasks_.spawn("down", pass(false));
  }
  runtime::Task<void> end() {
    tasks_.cancel();
    co_await tasks_.join();
  }
  std::uint16_t port() const { return front_->local().port; }

  // From here on the gateway sees another address.
  void rebind() {
    const std::shared_ptr<net::UdpSocket> old = std::exchange(back_, open());
    old->close();
  }
  // Nothing passes any more once so many octets have, counted from now.
  void swallow_after(std::uint64_t bytes) { swallow_at_ = passed_ + bytes; }
  void rebind_after(std::uint64_t bytes) { rebind_at_ = passed_ + bytes; }
  void let_pass() {
    swallow = false;
    swallow_at_ = kNeverBytes;
  }

  bool swallow = false;
  runtime::Duration delay{};  // each way
  std::uint64_t swallowed = 0;
  std::uint64_t passed() const { return passed_; }
  std::uint16_t deaf_to = 0;  // what comes from, or goes to, this port of a client is lost
  std::uint16_t last_port() const { return client_.port; }  // what was let pass came from here

 private:
  static constexpr std::uint64_t kNeverBytes = ~std::uint64_t{0};

  std::shared_ptr<net::UdpSocket> open() {
    net::UdpOptions options;
    options.bind = *net::Address::parse("127.0.0.1:0");
    return *net::UdpSocket::open(loop_, options);
  }
  std::shared_ptr<net::UdpSocket> from(bool up) const { return up ? front_ : back_; }

  runtime::Task<Result<>> pass(bool up) {
    net::UdpBatch batch;
    for (;;) {
      const std::shared_ptr<net::UdpSocket> socket = from(up);
      const Result<> ready = co_await socket->readable();
      if (!ready && ready.error().code == Errc::Cancelled) co_return ready;
      if (!ready) continue;  // rebound
      const Result<std::size_t> count = socket->receive(batch);
      if (!count) continue;
      for (const net::UdpDatagram& each : batch.datagrams()) forward(up, each);
    }
  }
  void forward(bool up, const net::UdpDatagram& datagram) {
    if (deaf_to != 0 && (up ? datagram.remote.port : client_.port) == deaf_to) return;
    if (up) client_ = datagram.remote;
    if (passed_ >= swallow_at_) swallow = true;
    if (passed_ >= rebind_at_) {
      rebind_at_ = kNeverBytes;
      rebind();
    }
    if (swallow) {
      ++swallowed;
      return;
    }
    passed_ += datagram.bytes.size();
    Bytes copy(datagram.bytes.begin(), datagram.bytes.end());
    if (delay == runtime::Duration{}) return send(up, copy);
    tasks_.spawn("late", send_later(up, std::move(copy), loop_.now() + delay));
  }
  runtime::Task<Result<>> send_later(bool up, Bytes bytes, runtime::TimePoint when) {
    CO_TRY(co_await runtime::sleep_until(when));
    send(up, bytes);
    co_return Result<>();
  }
  void send(bool up, const Bytes& bytes) {
    const net::UdpRoute route{{}, up ? gateway_ : client_};
    (void)(up ? back_ : front_)->send(bytes, bytes.size(), route, net::Ecn::NotEct);
  }

  runtime::Loop& loop_;
  net::UdpEndpoint gateway_;
  net::UdpEndpoint client_;  // the newest of its addresses
  std::shared_ptr<net::UdpSocket> front_;
  std::shared_ptr<net::UdpSocket> back_;
  std::uint64_t passed_ = 0;
  std::uint64_t swallow_at_ = kNeverBytes;
  std::uint64_t rebind_at_ = kNeverBytes;
  runtime::TaskScope tasks_;
};

}  // namespace booster::carrier
