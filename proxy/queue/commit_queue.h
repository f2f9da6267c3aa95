// Group commit: writers that wait at the same moment share one transaction and one fsync.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "booster/disk/reserve_file.h"
#include "booster/runtime/serial_thread.h"
#include "booster/runtime/task.h"
#include "booster/sql/database.h"

namespace proxy::queue {

using booster::runtime::SerialThread;
using booster::runtime::Task;

constexpr std::size_t kMaxGroup = 256;  // jobs of one transaction: a reader behind them waits for them all

// Jobs run on the account's thread inside one transaction over `databases`, committed in their order: the first one
// decides what is durable, the others are projections of it. Each job has a savepoint of its own, so a failing one
// takes nothing along. A job may run twice (disk full, then the reserve file freed): it changes its outputs last and
// moves nothing out of itself.
//   Errors  the job's own · the first database's commit: then nothing of any job of the group stands
//   Owns    borrows all; jobs are done when the coroutine goes on, so what they refer to lives in its frame
class CommitQueue {
 public:
  CommitQueue(SerialThread& thread, std::vector<booster::sql::Database*> databases, booster::disk::ReserveFile* reserve)
      : thread_(thread), databases_(std::move(databases)), reserve_(reserve) {}

  // Before a group, on the thread: catches up with what a failed commit of a projection left behind.
  void on_torn(std::function<Result<>()> repair) { repair_ = std::move(repair); }
  bool torn() const { return torn_; }  // on the thread

  Task<Result<>> write(std::function<Result<>()> job);
  // As write(), but the job stands only when every database has committed it.
  Task<Result<>> project(std::function<Result<>()> job);
  // Alone on the thread, without a transaction.
  Task<Result<>> read(std::function<Result<>()> job);

  // On the thread: one group of a single job, for start-up.
  Result<> write_now(const std::function<Result<>()>& job);

 private:
  struct Entry {
    std::function<Result<>()> job;
    Result<> outcome;
    bool whole = false;  // needs the projections, too
    bool done = false;
  };
  Task<Result<>> enter(std::function<Result<>()> job, bool whole);
  void drain();
  void run_group(const std::vector<Entry*>& group);
  Result<> run_once(const std::vector<Entry*>& group, bool& full);
  Result<> run_job(Entry& entry);
  Result<> mend();

  SerialThread& thread_;
  std::vector<booster::sql::Database*> databases_;
  booster::disk::ReserveFile* reserve_;
  std::function<Result<>()> repair_;
  bool torn_ = false;
  std::mutex mutex_;
  std::deque<Entry*> waiting_;
};

}  // namespace proxy::queue
