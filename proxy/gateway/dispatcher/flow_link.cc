#include "proxy/gateway/dispatcher/flow_link.h"

#include "proxy/flow/flow_worker.h"

namespace proxy::gateway::dispatcher {

FlowConnection::FlowConnection(booster::runtime::Loop& loop, booster::net::StreamPtr stream)
    : wire(std::move(stream)), mux(loop, booster::session::Role::Client, flow::flow_worker_limits()) {}

Task<Result<>> FlowLink::run() {
  co_return co_await supervise(loop_, launcher_, ChildKind::FlowWorker, status_, *this);
}

Task<Result<>> FlowLink::use_child(booster::net::StreamPtr wire, int) {
  connection_ = std::make_shared<FlowConnection>(loop_, std::move(wire));
  const std::shared_ptr<FlowConnection> own = connection_;
  const Result<> end = co_await own->mux.carry(*own->wire);
  own->wire->close();
  co_return end;
}

void FlowLink::on_child_gone(const Error& why) {
  if (connection_ != nullptr && !connection_->mux.closed()) connection_->mux.close(why);
  connection_ = nullptr;
}

}  // namespace proxy::gateway::dispatcher
