// The gateway's side of a flow, in the flow worker: target -> rules -> connect -> bytes both ways.
#pragma once
#include "booster/carrier/mux.h"
#include "proxy/flow/egress_rules.h"
#include "proxy/flow/result.h"

namespace proxy::flow {

using booster::runtime::Task;

class Egress {
 public:
  Egress(booster::runtime::Loop& loop, EgressRules rules) : loop_(loop), rules_(std::move(rules)) {}

  // Every flow stream that comes out of `mux`, until it closes.
  Task<Result<>> serve(booster::carrier::Mux& mux);
  std::uint64_t flows() const { return flows_; }

 private:
  Task<Result<>> serve_flow(booster::carrier::Incoming incoming);
  Task<Result<booster::net::StreamPtr>> connect_to(const std::string& target);

  booster::runtime::Loop& loop_;
  EgressRules rules_;
  std::uint64_t flows_ = 0;
};

}  // namespace proxy::flow
