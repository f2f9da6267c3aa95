#include "proxy/client/faces/face.h"

#include "booster/platform/peer.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "proxy/client/faces/imap_session.h"
#include "proxy/client/faces/submission_session.h"

namespace proxy::client::faces {
namespace {

using booster::net::Listener;
using booster::net::StreamPtr;
using booster::runtime::shielded;
using booster::runtime::Surroundings;
using booster::runtime::surroundings;
using booster::runtime::TaskScope;
using booster::runtime::with_timeout;

using ServeOne = Task<Result<>> (*)(StreamPtr, const FaceSettings&, AccountBook&, Doorkeeper&);

// Everything one face needs, handed to each of its connections.
struct Face {
  const FaceSettings& settings;
  AccountBook& accounts;
  Doorkeeper& doorkeeper;
  ServeOne serve_one;
  std::string_view busy;  // what a connection too many is told
};

void log(const FaceSettings& settings, const std::string& line) {
  if (settings.log) settings.log(line);
}

// Another user of this machine has no business here, password or not.
bool is_welcome(const booster::net::Stream& stream, const FaceSettings& settings) {
  if (!settings.only_uid || stream.fd() < 0) return true;
  const Result<uid_t> uid = booster::platform::tcp_peer_uid(stream.fd());
  if (!uid) return uid.error().code == Errc::NotFound;  // not of this machine: not on loopback
  return *uid == *settings.only_uid || *uid == 0;
}

Task<Result<>> turn_away(StreamPtr stream, std::string words) {
  constexpr Duration kLimit = std::chrono::seconds(5);
  auto writing = stream->write(as_bytes(words));
  (void)co_await with_timeout(kLimit, std::move(writing));
  stream->close();
  co_return Result<>();
}

Task<Result<>> serve(Listener& door, Face face) {
  const Surroundings here = co_await surroundings();
  const FaceSettings& settings = face.settings;
  auto on_error = [&settings](const std::string& task, const Error& error) {
    log(settings, task + ": " + codec::to_string(error));
  };
  TaskScope sessions(*here.loop, *here.scope, std::move(on_error));
  Result<> end;
  while (end) {
    Result<StreamPtr> stream = co_await door.accept();
    if (!stream && (stream.error().code == Errc::Closed || stream.error().code == Errc::Cancelled)) {
      end = tl::unexpected(stream.error());
    } else if (!stream) {  // no descriptors left: the others go on, and so do we
      log(settings, "accept: " + codec::to_string(stream.error()));
      constexpr Duration kPause = std::chrono::seconds(1);
      (void)co_await booster::runtime::sleep_for(kPause);
    } else if (!is_welcome(**stream, settings)) {
      log(settings, "a connection of another local user was refused");
      (*stream)->close();
    } else if (sessions.running() >= settings.max_connections) {
      // A few of these may wait for a slow reader; beyond that, no words.
      constexpr std::size_t kGoodbyes = 16;
      if (sessions.running() < settings.max_connections + kGoodbyes) {
        sessions.spawn("turn away", turn_away(std::move(*stream), std::string(face.busy)));
      } else {
        (*stream)->close();
      }
    } else {
      sessions.spawn("session", face.serve_one(std::move(*stream), settings, face.accounts, face.doorkeeper));
    }
  }
  sessions.cancel();
  co_await sessions.join();
  co_return end;
}

}  // namespace

Task<Result<>> serve_imap_session(StreamPtr stream, const FaceSettings& settings, AccountBook& accounts,
                                  Doorkeeper& doorkeeper) {
  ImapSession session(std::move(stream), settings, accounts, doorkeeper);
  co_return co_await session.serve();
}

Task<Result<>> serve_submission_session(StreamPtr stream, const FaceSettings& settings, AccountBook& accounts,
                                        Doorkeeper& doorkeeper) {
  SubmissionSession session(std::move(stream), settings, accounts, doorkeeper);
  co_return co_await session.serve();
}

Task<Result<>> serve_imap(Listener& door, const FaceSettings& settings, AccountBook& accounts, Doorkeeper& doorkeeper) {
  Face face{settings, accounts, doorkeeper, &serve_imap_session, "* BYE Too many connections\r\n"};
  co_return co_await serve(door, face);
}

Task<Result<>> serve_submission(Listener& door, const FaceSettings& settings, AccountBook& accounts,
                                Doorkeeper& doorkeeper) {
  Face face{settings, accounts, doorkeeper, &serve_submission_session, "421 4.7.0 Too many connections\r\n"};
  co_return co_await serve(door, face);
}

}  // namespace proxy::client::faces
