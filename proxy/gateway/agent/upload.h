// Upload: the octets of one large item come up, to be resumed where they stopped.               Source: sync
// PROTOCOL.md §5
#pragma once
#include "codec/content/wrapper.h"
#include "proxy/gateway/agent/operations_host.h"
#include "proxy/gateway/agent/tickets.h"
#include "proxy/gateway/agent/upload_sources.h"
#include "proxy/messaging/message_stream.h"

namespace proxy::gateway::agent {

using booster::runtime::Task;

// Of a user, all devices together: each holds what it refers to, and a window. What is above goes up plainly.
constexpr std::uint32_t kReferringUploads = 4;

class Upload {
 public:
  //   referring  how many uploads of the user refer now
  Upload(OperationsAccess& agent, Tickets& tickets, std::uint32_t& referring, booster::net::StreamPtr stream)
      : agent_(agent), tickets_(tickets), referring_(referring), stream_(std::move(stream)) {}
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload() { end_referring(); }

  // ItemStart -> UploadFrom; blocks from there on (or from 0, when what is here is not the sender's); ItemEnd ->
  // UploadStored once all of it is durable. What cannot be taken is answered by ItemFailed. ItemReferences may stand
  // before the first block: what lacks here is answered by the same UploadFrom, and the blocks come once more.
  //   Errors  Protocol: anything else · those of the stream
  Task<Result<>> serve();

 private:
  Task<Result<>> take(sync::ItemMessage message);
  Task<Result<>> start(const sync::ItemStart& start);
  void end_referring() {
    if (std::exchange(refers_, false)) --referring_;
    repeated_.reset();
  }
  Task<Result<>> refer(sync::ItemReferences references);
  Task<Result<std::optional<Bytes>>> prefix_of(sync::ItemReferences references);
  Task<Result<>> block(sync::ItemBlock block);
  Task<Result<bool>> fill(sync::ItemBlock& block);
  Task<Result<>> begin_plainly();
  Task<Result<>> end(const sync::ItemEnd& end);
  Task<Result<>> answer(sync::ItemMessage message);
  void count();

  OperationsAccess& agent_;
  Tickets& tickets_;
  std::uint32_t& referring_;
  bool refers_ = false;
  messaging::MessageStream stream_;
  std::optional<sync::ItemStart> under_way_;
  sync::UploadFrom from_;   // as it was answered
  bool may_refer_ = false;  // nothing of it came yet
  bool wrong_ = false;      // its digest differed
  struct Repeated {
    UploadSources sources;
    messaging::RepeatFiller filler;
  };
  std::optional<Repeated> repeated_;
  bool passing_over_ = false;        // up to its end: it repeats what is not here, and comes once more
  messaging::Carried carried_;       // of what is under way
  messaging::Cost counted_;          // of the stream, before it
  codec::content::Wrapper wrapper_;  // of it
  std::uint64_t offset_ = 0;
  std::optional<ContentDigest> whole_;  // of octets that were here already
};

}  // namespace proxy::gateway::agent
