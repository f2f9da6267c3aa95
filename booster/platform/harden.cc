#include "booster/platform/harden.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace booster::platform {
namespace {

tl::unexpected<Error> not_hardened(const char* what) {
  const int error = errno;
  return fail(Errc::Io, std::string("harden: ") + what + ": " + std::generic_category().message(error), error);
}

}  // namespace

Result<> harden_process() {
  constexpr rlimit kNone{0, 0};
  if (::setrlimit(RLIMIT_CORE, &kNone) != 0) return not_hardened("core limit");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return not_hardened("dumpable");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return not_hardened("no new privileges");
  ::umask(077);
  return {};
}

bool leave_network() {
  if (::unshare(CLONE_NEWNET) == 0) return true;
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;  // without root it takes a user namespace of one's own
}

}  // namespace booster::platform
