// Both faces on loopback over a mail store in memory, no gateway: to try mail programs against them.
//   face_server --fill N      user "user", password "secret"; prints FACE_IMAP and FACE_SUBMISSION; ends at SIGTERM
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "booster/runtime/scope.h"
#include "booster/runtime/signal.h"
#include "tests/proxy/client/faces/fake_mailstore.h"

namespace {

using namespace support;
using booster::net::Listener;
using booster::runtime::Loop;
using booster::runtime::TaskScope;

std::string generated(std::size_t number) {
  const std::string n = std::to_string(number);
  std::string mail = "From: Sender " + n + " <sender" + n + "@example.org>\r\nTo: user@example.org\r\nSubject: Mail " +
                     n + "\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800\r\nMessage-ID: <" + n + "@example.org>\r\n";
  if (number % 3 != 0) return mail + "\r\nText of mail " + n + ".\r\n";
  mail += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=b" + n + "\"\r\n\r\n--=b" + n +
          "\r\nContent-Type: text/plain\r\n\r\nWith an attachment.\r\n--=b" + n +
          "\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  for (std::size_t line = 0; line < number % 50; ++line) mail += std::string(76, 'A') + "\r\n";
  return mail + "--=b" + n + "--\r\n";
}

void report(const std::string& task, const proxy::Error& error) {
  std::fprintf(stderr, "%s: %s\n", task.c_str(), codec::to_string(error).c_str());
}

Task<int> run(Loop& loop, std::size_t fill) {
  FakeAccounts accounts;
  for (std::size_t i = 1; i <= fill; ++i) accounts.store.add("INBOX", generated(i));
  accounts.store.add_mailbox("Sent").info.special_use.add(imap::MailboxAttribute::Sent);
  accounts.store.add_mailbox("Work/2026").info.subscribed = true;
  faces::FaceSettings settings;
  settings.only_uid = getuid();
  settings.log = [](std::string_view line) { std::fprintf(stderr, "%.*s\n", int(line.size()), line.data()); };
  faces::Doorkeeper doorkeeper;
  const auto any = booster::net::Address::ip("127.0.0.1", 0);
  auto imap_door = Listener::open(loop, *any);
  auto submission_door = Listener::open(loop, *any);
  if (!imap_door || !submission_door) co_return 1;
  std::printf("FACE_IMAP=%s\nFACE_SUBMISSION=%s\n", (*imap_door)->local().to_string().c_str(),
              (*submission_door)->local().to_string().c_str());
  std::fflush(stdout);
  TaskScope servers(loop, loop.scope(), &report);
  servers.spawn("imap", faces::serve_imap(**imap_door, settings, accounts, doorkeeper));
  servers.spawn("submission", faces::serve_submission(**submission_door, settings, accounts, doorkeeper));
  booster::runtime::SignalWatch stop(loop, {SIGTERM, SIGINT});
  (void)co_await stop.next();
  servers.cancel();
  co_await servers.join();
  for (const FakeSubmission& one : accounts.store.submissions) {
    std::printf("SUBMITTED %s %zu octets to %zu\n", one.id.c_str(), one.octets.size(), one.envelope.recipients.size());
  }
  co_return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t fill = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  Loop loop;
  return loop.run(run(loop, fill));
}
