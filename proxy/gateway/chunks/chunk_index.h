// ChunkIndex: the file on a thread of its own.
#pragma once
#include "booster/runtime/serial_thread.h"
#include "booster/runtime/task.h"
#include "proxy/gateway/chunks/chunk_file.h"

namespace proxy::gateway::chunks {

class ChunkIndex {
 public:
  explicit ChunkIndex(ChunkFile file) : key_(file.key()), file_(std::move(file)), thread_("chunks") {}

  std::uint64_t key() const { return key_; }
  // co_await index.run(job): job(ChunkFile&) -> Result<T>, in order. Name the job before the co_await.
  template <class Job>
  booster::runtime::Task<std::invoke_result_t<Job&, ChunkFile&>> run(Job job) {
    auto bound = [this, inner = std::move(job)]() mutable { return inner(file_); };
    co_return co_await thread_.run(std::move(bound));
  }

 private:
  std::uint64_t key_;
  ChunkFile file_;
  booster::runtime::SerialThread thread_;
};

}  // namespace proxy::gateway::chunks
