// PacketCarrier: a session over one connection of BST over UDP, at either end. Who owns the connection hands its events
// on, and says after every input that there was one.
#pragma once
#include <functional>

#include "booster/carrier/carrier.h"
#include "booster/carrier/mux.h"
#include "booster/tls/memory_handshake.h"
#include "booster/transport/connection.h"

namespace booster::carrier {

struct PacketTimes {
  runtime::Duration quiet = std::chrono::seconds(1);   // a transfer stopped coming for so long: its sender is asked
  runtime::Duration silent = std::chrono::seconds(3);  // probes go unanswered for so long: perhaps UDP does not pass
  runtime::Duration given_up = std::chrono::seconds(120);  // then the connection is given up; the session is not
};

class PacketCarrier : public Carrier {
 public:
  PacketCarrier(runtime::Loop& loop, transport::Connection& connection, const tls::MemoryHandshake& handshake,
                const PacketTimes& times = {})
      : loop_(loop), connection_(connection), handshake_(handshake), times_(times) {}

  CarrierKind kind() const override { return CarrierKind::Udp; }
  Task<Result<>> write_greeting(Bytes chain) override;
  Task<Result<Bytes>> read_greeting(std::size_t limit) override;
  Task<Result<>> carry(Mux& mux, OnAnswer on_answer) override;
  Task<Result<>> finish() override;
  Task<Result<>> doubted() override;
  bool silent() const override;
  void network_changed() override {}
  CarrierReport report() const override;
  void trace_to(TraceLog& log) override;
  Bytes exporter(std::string_view label, std::size_t size) const override {
    return handshake_.export_key(label, {}, size);
  }
  std::optional<crypto::Certificate> peer_certificate() const override { return handshake_.peer_certificate(); }
  std::string peer() const override;

  // --- by the owner of the connection
  void on_event(const transport::Event& event);
  void after_input();
  void fail_with(const Error& error);  // nothing brings its datagrams any more
  const std::optional<transport::Closed>& closed() const { return closed_; }
  bool established() const { return connection_.established(); }
  runtime::Notify& changed() { return changed_; }

 protected:
  virtual void wake() = 0;  // the connection may have something to send
  transport::Connection& connection() { return connection_; }
  const transport::Connection& connection() const { return connection_; }
  runtime::Loop& loop() const { return loop_; }
  void end_trace();  // before the connection goes

 private:
  void measure(Mux& mux);
  void ask_if_quiet();
  Result<> take_answer(OnAnswer& on_answer);
  Task<Result<>> carry_until_end(Mux& mux, OnAnswer on_answer);
  Task<Result<>> wake_for_output(Mux& mux);
  Task<Result<>> say_goodbye(Mux& mux);

  runtime::Loop& loop_;
  transport::Connection& connection_;
  const tls::MemoryHandshake& handshake_;
  PacketTimes times_;
  Bytes greeting_;
  std::optional<transport::Closed> closed_;
  runtime::Notify changed_;
  Mux* mux_ = nullptr;  // that is carried
  std::uint64_t heard_bytes_ = 0;
  std::uint64_t measured_bytes_ = 0;
  session::BitsPerSecond received_;  // in the time before measured_
  std::uint64_t asked_bytes_ = 0;    // heard when it was asked last
  runtime::TimePoint measured_{};
  bool awaits_answer_ = false;  // the peer's greeting
  int doubts_ = 0;
  TraceLog* trace_ = nullptr;
};

}  // namespace booster::carrier
