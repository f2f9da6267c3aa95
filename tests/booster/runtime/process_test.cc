#include "booster/runtime/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "booster/runtime/fd_watch.h"
#include "booster/runtime/signal.h"
#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

CORO_TEST_REAL(Process, InheritsDescriptorsAndReportsItsEnd) {
  int ends[2];
  CO_ASSERT_TRUE(pipe(ends) == 0);
  ProcessOptions options;
  options.file = "/bin/sh";
  options.arguments = {"-c", "echo hi >&3; exit 4"};
  options.inherit = {ends[1]};
  auto process = Process::start(loop, options);
  CO_ASSERT_OK(process);
  close(ends[1]);
  {
    FdWatch watch(loop, ends[0]);
    EXPECT_TRUE(co_await watch.readable());
  }
  char text[8] = {};
  EXPECT_EQ(read(ends[0], text, sizeof text), 3);
  close(ends[0]);
  const Result<ExitStatus> status = co_await (*process)->exited();
  EXPECT_EQ(status->code, 4);
}

CORO_TEST_REAL(Process, AMissingProgramIsAnError) {
  ProcessOptions options;
  options.file = "/no/such/program";
  auto process = Process::start(loop, options);
  CO_ASSERT_TRUE(!process);
  EXPECT_EQ(process.error().code, Errc::Io);
}

// As a worker is born: libuv gives a child the default action of each signal.
TEST(Loop, AWriteToAPeerThatLeftIsAnErrorNotTheProcesssEnd) {
  const pid_t child = fork();
  if (child == 0) {
    (void)std::signal(SIGPIPE, SIG_DFL);
    const Loop loop;
    int ends[2];
    const bool open = pipe(ends) == 0 && close(ends[0]) == 0;
    _exit(open && write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

CORO_TEST_REAL(SignalWatch, SeesASignalOfThisProcess) {
  SignalWatch watch(loop, {SIGUSR1});
  kill(getpid(), SIGUSR1);
  const Result<int> number = co_await watch.next();
  EXPECT_EQ(*number, SIGUSR1);
}

}  // namespace
}  // namespace booster::runtime
