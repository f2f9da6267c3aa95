#include "booster/runtime/process.h"

#include <csignal>

namespace booster::runtime {
namespace {

std::vector<char*> c_strings(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<std::unique_ptr<Process>> Process::start(Loop& loop, const ProcessOptions& options) {
  std::unique_ptr<Process> process(new Process);
  std::vector<std::string> arguments{options.name.empty() ? options.file : options.name};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = options.environment;
  std::vector<char*> argv = c_strings(arguments);
  std::vector<char*> envp = c_strings(environment);
  std::vector<uv_stdio_container_t> stdio(3 + options.inherit.size());
  stdio[0].flags = UV_IGNORE;
  for (std::size_t i = 1; i < stdio.size(); ++i) {
    stdio[i].flags = UV_INHERIT_FD;
    stdio[i].data.fd = i < 3 ? static_cast<int>(i) : options.inherit[i - 3];
  }
  uv_process_options_t uv_options{};
  uv_options.file = options.file.c_str();
  uv_options.args = argv.data();
  uv_options.env = options.environment.empty() ? nullptr : envp.data();
  uv_options.stdio_count = static_cast<int>(stdio.size());
  uv_options.stdio = stdio.data();
  uv_options.exit_cb = [](uv_process_t* handle, std::int64_t code, int signal) {
    auto* me = static_cast<Process*>(handle->data);
    if (me == nullptr) return;
    me->exit_ = ExitStatus{code, signal};
    me->change_.notify_all();
  };
  process->handle_ = new uv_process_t;
  process->handle_->data = process.get();
  const int rc = uv_spawn(loop.uv(), process->handle_, &uv_options);
  if (rc != 0) {
    process->exit_ = ExitStatus{-1, 0};
    return fail(Errc::Io, "start " + options.file + ": " + uv_strerror(rc), -rc);
  }
  process->pid_ = process->handle_->pid;
  return process;
}

Process::~Process() {
  if (handle_ == nullptr) return;
  if (running()) kill(SIGKILL);
  handle_->data = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(handle_), [](uv_handle_t* h) { delete reinterpret_cast<uv_process_t*>(h); });
}

void Process::kill(int signal) {
  if (running() && handle_ != nullptr) uv_process_kill(handle_, signal);
}

Task<Result<ExitStatus>> Process::exited() {
  while (!exit_) CO_TRY(co_await change_.wait());
  co_return *exit_;
}

}  // namespace booster::runtime
