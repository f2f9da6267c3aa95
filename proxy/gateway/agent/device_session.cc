#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {
namespace {

constexpr std::size_t kMaxStreams = 64;  // of one device at a time

}  // namespace

void DeviceSession::give_stream(sync::MailPurpose purpose, net::StreamPtr stream) {
  if (tasks_.running() >= kMaxStreams || tasks_.cancel_scope().cancelled()) return stream->close();
  switch (purpose) {
    case sync::MailPurpose::Sync:
      if (feed_ != nullptr) return stream->close();
      feed_ = std::make_unique<SyncFeed>(shared_, standing_, link_, std::move(stream));
      tasks_.spawn("sync stream", serve_sync());
      return;
    case sync::MailPurpose::Bodies:
      tasks_.spawn("bodies stream", serve_items(std::move(stream), Urgency::Body));
      return;
    case sync::MailPurpose::Fetch:
      tasks_.spawn("fetch stream", serve_items(std::move(stream), Urgency::Interactive));
      return;
    case sync::MailPurpose::Operations:
      if (host_ == nullptr) return stream->close();
      tasks_.spawn("operations stream", host_->serve_operations(access_, id_, std::move(stream)));
      return;
    case sync::MailPurpose::Upload:
      if (host_ == nullptr) return stream->close();
      tasks_.spawn("upload stream", host_->serve_upload(access_, id_, std::move(stream)));
      return;
  }
  stream->close();
}

Task<Result<>> DeviceSession::serve_sync() {
  Result<> done = co_await feed_->serve();
  feed_.reset();  // a new sync stream may come: it brings its vectors
  co_return done;
}

Task<Result<>> DeviceSession::serve_items(net::StreamPtr stream, Urgency urgency) {
  ItemFeed feed(shared_, standing_, bodies_, held_, here_, link_, std::move(stream), urgency);
  co_return co_await feed.serve();
}

// Where no stream takes new mail nothing is referred to.
void DeviceSession::learn(sync::ItemKey held) {
  if (standing_.feed != nullptr) standing_.feed->learn_of(std::move(held));
}

Task<void> DeviceSession::end() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace proxy::gateway::agent
