// The emulator's control: one JSON object a line on a Unix socket, one line back.
//   {"cmd":"stats"} {"cmd":"stats-reset"} (the counts until now) {"cmd":"down"} {"cmd":"up"}
//   {"cmd":"profile","profile":"3g","seed":1}       the losses start anew; seed optional
// Answers  {"ok":true, "profile":…, "seed":…, "state":"up"|"down", "up":{counts}, "down":{counts}}
//          {"ok":false,"error":"…"}
#pragma once
#include <list>
#include <string>
#include <string_view>

#include "tests/support/link/emulator.h"

namespace support::link {

constexpr std::size_t kMaxControlLine = 16'384;  // a profile of kMaxProfileText, escaped
constexpr std::size_t kMaxControlPeers = 32;     // tests and a person's shell; more is a leak

std::string answer_control(Emulator& emulator, std::string_view line);
std::string stats_json(const Emulator& emulator);
std::string profile_json(const LinkProfile& profile);  // for the relay, which has no Pipe

// One connected peer.
struct ControlPeer {
  Fd fd;
  std::string input;

  // Reads what is there, answers each whole line. False: the peer is gone or misbehaves.
  bool on_readable(Emulator& emulator);
};

}  // namespace support::link
