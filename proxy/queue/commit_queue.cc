#include "proxy/queue/commit_queue.h"

#include <optional>

namespace proxy::queue {

using booster::sql::Database;
using booster::sql::Transaction;

Task<Result<>> CommitQueue::write(std::function<Result<>()> job) {
  co_return co_await enter(std::move(job), false);
}

Task<Result<>> CommitQueue::project(std::function<Result<>()> job) {
  co_return co_await enter(std::move(job), true);
}

Task<Result<>> CommitQueue::enter(std::function<Result<>()> job, bool whole) {
  Entry entry;
  entry.job = std::move(job);
  entry.whole = whole;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&entry);
  }
  // Each writer brings a turn of its own; the first one's takes all who wait by then, and the others' find theirs done.
  auto turn = [this, mine = &entry]() -> Result<> {
    while (!mine->done) drain();
    return {};
  };
  CO_TRY(co_await thread_.run(std::move(turn)));
  co_return std::move(entry.outcome);
}

Task<Result<>> CommitQueue::read(std::function<Result<>()> job) {
  auto turn = [this, look = std::move(job)]() -> Result<> {
    TRY(mend());
    return look();
  };
  co_return co_await thread_.run(std::move(turn));
}

Result<> CommitQueue::write_now(const std::function<Result<>()>& job) {
  Entry entry;
  entry.job = job;
  entry.whole = true;
  run_group({&entry});
  return std::move(entry.outcome);
}

void CommitQueue::drain() {
  std::vector<Entry*> group;
  {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && group.size() < kMaxGroup) {
      group.push_back(waiting_.front());
      waiting_.pop_front();
    }
  }
  if (const Result<> mended = mend(); !mended) {
    for (Entry* entry : group) entry->outcome = mended;
  } else {
    run_group(group);
  }
  for (Entry* entry : group) entry->done = true;
}

Result<> CommitQueue::mend() {
  if (!torn_) return {};
  CHECK(repair_ != nullptr);
  torn_ = false;  // repair_ writes through write_now
  Result<> repaired = repair_();
  if (!repaired) torn_ = true;
  return repaired;
}

void CommitQueue::run_group(const std::vector<Entry*>& group) {
  bool full = false;
  Result<> result = run_once(group, full);
  if (full && reserve_ != nullptr) {
    const auto freed = reserve_->give_up();
    if (freed && *freed) result = run_once(group, full);
  }
  if (result) return;
  if (group.size() == 1) {
    group.front()->outcome = result;
    return;
  }
  // One bad job can end the transaction of all: each for itself, then.
  for (Entry* entry : group) run_group({entry});
}

Result<> CommitQueue::run_once(const std::vector<Entry*>& group, bool& full) {
  full = false;
  const auto failed = [&](Error error) -> Result<> {
    full = full || error.code == Errc::Full;
    return tl::unexpected(std::move(error));
  };
  std::vector<Transaction> open;
  for (Database* database : databases_) {
    auto transaction = Transaction::begin(*database);
    if (!transaction) return failed(std::move(transaction.error()));
    open.push_back(*std::move(transaction));
  }
  for (Entry* entry : group) {
    if (Result<> lost = run_job(*entry); !lost) return failed(std::move(lost.error()));
    if (!entry->outcome && entry->outcome.error().code == Errc::Full) full = true;
  }
  if (full && reserve_ != nullptr && reserve_->held().value_or(false)) return fail(Errc::Full);  // room can be made
  for (std::size_t i = 0; i < open.size(); ++i) {
    Result<> committed = open[i].commit();
    if (committed) continue;
    if (i == 0) return failed(std::move(committed.error()));
    torn_ = true;  // durable already: what is a projection of it is made good before the next job
    for (Entry* entry : group) {
      if (entry->whole && entry->outcome) entry->outcome = committed;
    }
  }
  return {};
}

// Errors  only when the transaction itself was lost
Result<> CommitQueue::run_job(Entry& entry) {
  for (Database* database : databases_) TRY(database->run_script("SAVEPOINT job"));
  entry.outcome = entry.job();
  for (Database* database : databases_) {
    if (!database->in_transaction()) {  // SQLite gave it all up: disk full, i/o error
      if (entry.outcome) return fail(Errc::Io, "transaction lost");
      return entry.outcome;
    }
  }
  for (Database* database : databases_) {
    if (!entry.outcome) TRY(database->run_script("ROLLBACK TO job"));
    TRY(database->run_script("RELEASE job"));
  }
  return {};
}

}  // namespace proxy::queue
