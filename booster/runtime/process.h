// Process: a child that is exec'd, never forked from a live loop; with inherited descriptors from 3 upwards.
#pragma once
#include <string>
#include <vector>

#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"

namespace booster::runtime {

struct ProcessOptions {
  std::string file;
  std::string name;                      // argv[0], what ps shows; empty: file
  std::vector<std::string> arguments;    // argv[1]…
  std::vector<int> inherit;              // become 3, 4, … in the child; stay open here
  std::vector<std::string> environment;  // "K=V"; empty: ours
};

struct ExitStatus {
  std::int64_t code = 0;
  int signal = 0;
};

class Process {
 public:
  // Errors  Io: the program could not be started
  static Result<std::unique_ptr<Process>> start(Loop& loop, const ProcessOptions& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills what still runs

  int pid() const { return pid_; }
  bool running() const { return !exit_; }
  void kill(int signal);
  Task<Result<ExitStatus>> exited();

 private:
  Process() = default;
  uv_process_t* handle_ = nullptr;
  int pid_ = 0;
  std::optional<ExitStatus> exit_;
  Notify change_;
};

}  // namespace booster::runtime
