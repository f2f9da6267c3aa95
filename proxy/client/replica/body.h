// The octets of one message at the client: whole in a content file, or a growing front part of it.
#pragma once
#include <memory>
#include <span>

#include "booster/crypto/digest.h"
#include "booster/disk/disk.h"
#include "booster/runtime/notify.h"
#include "booster/runtime/serial_thread.h"
#include "booster/runtime/task.h"
#include "proxy/client/replica/types.h"

namespace proxy::client::replica {

using booster::runtime::Notify;
using booster::runtime::SerialThread;
using booster::runtime::Task;

// Shared by who reads and who writes it; read while it grows. An open one stays readable when it is evicted.
class Body {
 public:
  Body(SerialThread& thread, std::unique_ptr<booster::disk::File> file, std::uint64_t size, std::uint64_t available,
       bool complete)
      : thread_(thread),
        file_(std::move(file)),
        size_(size),
        available_(available),
        complete_(complete),
        counted_(complete) {}

  std::uint64_t size() const { return size_; }            // of all; while not counted(): as the server states it
  bool counted() const { return counted_; }               // its octets have begun to come, so the size is certain
  std::uint64_t available() const { return available_; }  // from the front
  bool complete() const { return complete_; }             // all here, its digest verified
  const std::optional<Error>& failed() const { return failed_; }
  Notify& grown() { return grown_; }  // available(), counted(), complete() or failed() changed

  // Fills `into` from `offset` with what is available; 0: nothing there.
  Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into);

 private:
  friend class BodySink;
  friend class Replica;
  SerialThread& thread_;
  std::unique_ptr<booster::disk::File> file_;
  std::uint64_t size_;
  std::uint64_t available_;
  bool complete_;
  bool counted_;
  std::optional<Error> failed_;
  Notify grown_;
};

class Replica;

// Where the engine writes a body that arrives. Given up when destroyed: what was written stays for the next one, and
// who reads waits for that.
class BodySink {
 public:
  ~BodySink();
  std::uint64_t offset() const { return body_->available(); }  // the next block's
  Task<Result<>> write(ByteView block);                        // Errors  Full, Io · Limit: more than its size
  // Verifies, makes durable, records.   Errors  Protocol: another digest; the part is dropped, ask anew from 0
  Task<Result<>> finish(sync::DigestFront front);
  std::shared_ptr<Body> body() const { return body_; }

 private:
  friend class Replica;
  BodySink(Replica& replica, MailboxId mailbox, LocalUid uid, std::shared_ptr<Body> body,
           booster::crypto::Sha256 running, std::string part);
  Replica& replica_;
  MailboxId mailbox_;
  LocalUid uid_;
  std::shared_ptr<Body> body_;
  booster::crypto::Sha256 running_;
  std::string part_;  // file name below parts/
  bool finished_ = false;
};

// Octets from a program (APPEND, DATA) on their way into a content file; given up when destroyed before finish().
class ContentWriter {
 public:
  ~ContentWriter();
  Task<Result<>> write(ByteView bytes);  // Errors  Full, Io
  Task<Result<Content>> finish();        // durable under its digest when it returns
  std::uint64_t size() const { return size_; }

 private:
  friend class Replica;
  ContentWriter(Replica& replica, std::unique_ptr<booster::disk::File> file, booster::disk::Path temp);
  Replica& replica_;
  std::shared_ptr<booster::disk::File> file_;
  booster::disk::Path temp_;
  booster::crypto::Sha256 running_;
  std::uint64_t size_ = 0;
  bool finished_ = false;
};

}  // namespace proxy::client::replica
