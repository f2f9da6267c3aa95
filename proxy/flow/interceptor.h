// The client's side of a flow: a local port that speaks SOCKS5 and HTTP CONNECT.
#pragma once
#include "booster/carrier/mux.h"
#include "booster/net/tcp.h"
#include "proxy/flow/request.h"

namespace proxy::flow {

using booster::runtime::Task;

// Where flows find the present session; nullptr while the link never was up.
class MuxSource {
 public:
  virtual ~MuxSource() = default;
  virtual booster::carrier::Mux* present_mux() = 0;
};

class Interceptor {
 public:
  Interceptor(booster::runtime::Loop& loop, MuxSource& muxes) : loop_(loop), muxes_(muxes) {}

  // Every connection of `listener`, until cancelled.
  Task<Result<>> serve(booster::net::Listener& listener);
  std::size_t live() const { return live_; }

 private:
  Task<Result<>> serve_program(booster::net::StreamPtr program);
  Task<Result<>> carry_flow(booster::net::Stream& program, Kind kind, const Target& target, Bytes early);

  booster::runtime::Loop& loop_;
  MuxSource& muxes_;
  std::size_t live_ = 0;
};

}  // namespace proxy::flow
