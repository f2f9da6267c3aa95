// A path in miniature for the controller alone: one bottleneck with a drop-tail queue, loss before or behind it, and a
// receiver that acknowledges eight times a round trip. Virtual time.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <random>
#include <vector>

#include "booster/transport/rate/controller.h"
#include "booster/transport/rate/pacer.h"

namespace booster::transport::rate {

class OneBottleneck {
 public:
  struct Path {
    double rate = 10e6;       // bits a second
    double rtt = .1;          // seconds
    double queue = .1;        // seconds of the rate
    double loss = 0;          // behind the bottleneck
    double token_rate = 0;    // of a policer before it; 0: none
    double token_bucket = 0;  // octets
    double jitter = 0;        // seconds, uniform, keeps the order
    unsigned seed = 1;
  };
  explicit OneBottleneck(Path path, std::optional<Remembered> remembered = {})
      : path_(path),
        random_(path.seed),
        tokens_(path.token_bucket),
        controller_(kPacket, {as_duration(path.rtt), as_duration(path.rtt)}, std::nullopt, remembered) {}

  Path& path() { return path_; }
  RateController& controller() { return controller_; }
  double now() const { return now_; }
  double delivered_bits() const { return delivered_ * 8.0; }
  double sent_bits() const { return static_cast<double>(sent_) * 8; }
  double mean_queue() const { return waits_ == 0 ? 0 : wait_sum_ / waits_; }
  double most_queue() const { return wait_most_; }
  void reset_statistics() {
    delivered_ = 0;
    wait_sum_ = waits_ = wait_most_ = 0;
  }

  void run(double until) {
    while (now_ < until) {
      const double next_ack = acks_.empty() ? 1e9 : acks_.front().at;
      const bool may = in_flight_ + kPacket <= controller_.window();
      const double next_send = may ? std::max(now_, seconds_of(pacer_.next(time_at(now_)))) : 1e9;
      now_ = std::min({next_ack, next_send, until});
      if (next_ack <= now_) {
        take_ack();
      } else if (may && next_send <= now_) {
        send();
      }
    }
  }

 private:
  static constexpr std::size_t kPacket = 1250;
  static Duration as_duration(double s) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
  }
  static TimePoint time_at(double s) { return TimePoint{} + as_duration(100 + s); }
  static double seconds_of(TimePoint t) { return std::chrono::duration<double>(t.time_since_epoch()).count() - 100; }

  struct Packet {
    std::uint64_t sent;  // octets through it
    double left;
    double arrives;  // < 0: lost
    Pace pace;
  };
  static PacketNumber number_of(const Packet& packet) { return {packet.sent / kPacket}; }
  struct Ack {
    double at;
    std::vector<Packet> packets;
  };

  double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  double pass(double at) {  // when it arrives, or -1
    if (path_.token_rate > 0) {
      tokens_ = std::min(path_.token_bucket, tokens_ + (at - tokens_at_) * path_.token_rate / 8);
      tokens_at_ = at;
      if (tokens_ < kPacket) return -1;
      tokens_ -= kPacket;
    }
    const double begins = std::max(at, free_at_);
    const double waits = begins - at;
    if (waits > path_.queue) return -1;
    wait_sum_ += waits;
    wait_most_ = std::max(wait_most_, waits);
    ++waits_;
    free_at_ = begins + kPacket * 8 / path_.rate;
    if (chance() < path_.loss) return -1;
    last_arrival_ = std::max(last_arrival_, free_at_ + path_.rtt / 2 + chance() * path_.jitter);
    return last_arrival_;
  }

  void send() {
    pacer_.on_sent(kPacket, time_at(now_));
    sent_ += kPacket;
    in_flight_ += kPacket;
    const Packet packet{sent_, now_, pass(now_), controller_.pace()};
    open_.push_back(packet);
    controller_.on_departure({number_of(packet), packet.sent, kPacket, time_at(packet.left)});
    if (packet.arrives < 0) return;
    // The receiver's next ACK leaves an eighth of a round trip after the first packet it tells of.
    if (acks_.empty() || acks_.back().at - path_.rtt / 2 < packet.arrives) {
      acks_.push_back({packet.arrives + std::max(.002, path_.rtt / 8) + path_.rtt / 2, {}});
    }
    acks_.back().packets.push_back(packet);
  }

  void take_ack() {
    const Ack ack = acks_.front();
    acks_.pop_front();
    for (const Packet& packet : ack.packets) {
      delivered_ += kPacket;
      delivered_all_ += kPacket;
      in_flight_ -= kPacket;
      controller_.on_outcome(packet.pace, 1, 0);
      if (train_left_ > 0) {
        --train_left_;
        controller_.on_arrival(number_of(packet), as_duration(packet.arrives + 7));
      }
    }
    const Packet& last = ack.packets.back();
    std::erase_if(open_, [&](const Packet& each) {
      if (each.sent > last.sent) return false;
      if (each.arrives < 0) {
        in_flight_ -= kPacket;
        controller_.on_outcome(each.pace, 0, 1);
      }
      return true;
    });
    const Duration rtt = as_duration(now_ - last.left);
    least_ = std::min(least_, rtt);
    smoothed_ = smoothed_ == Duration{} ? rtt : (smoothed_ * 7 + rtt) / 8;
    controller_.on_ack({.now = time_at(now_),
                        .received = as_duration(last.arrives + 7),
                        .left = time_at(last.left),
                        .size = kPacket,
                        .largest_sent = last.sent,
                        .sent = sent_,
                        .delivered = delivered_all_},
                       {smoothed_, least_});
    pacer_.set_rate(controller_.pacing(), kPacket, time_at(now_));
  }

  Path path_;
  std::mt19937 random_;
  double now_ = 0;
  double free_at_ = 0;
  double last_arrival_ = 0;
  double tokens_;
  double tokens_at_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t in_flight_ = 0;
  double delivered_ = 0;
  std::uint64_t delivered_all_ = 0;
  double wait_sum_ = 0;
  double waits_ = 0;
  double wait_most_ = 0;
  int train_left_ = 64;
  std::deque<Packet> open_;
  std::deque<Ack> acks_;
  Duration smoothed_{};
  Duration least_ = std::chrono::seconds(10);
  Pacer pacer_;
  RateController controller_;
};

}  // namespace booster::transport::rate
