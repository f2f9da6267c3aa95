// The limits of SMTP, in one place: RFC 5321 §4.5.3.1 where it says one, else what a real peer needs and a hostile one
// may not pass.
#pragma once
#include <cstddef>
#include <cstdint>

namespace proxy::smtp {

constexpr std::size_t kMaxCommandLine = 8 * 1024;  // §4.5.3.1.4 says 512, RFC 4954 §4 more: OAuth tokens reach 4 KiB
constexpr std::size_t kMaxLocalPart = 64;          // §4.5.3.1.1
constexpr std::size_t kMaxDomain = 255;            // §4.5.3.1.2
constexpr std::size_t kMaxPath = 256;              // §4.5.3.1.3, without the angles
constexpr std::size_t kMaxReplyLine = 4096;        // §4.5.3.1.5 says 512; servers with long policy links exceed it
constexpr std::size_t kMaxReplyLines = 128;        // the longest EHLO seen has 25
constexpr std::size_t kMaxReply = 32 * 1024;       // all lines of one reply
constexpr std::size_t kMaxRecipients = 1000;       // §4.5.3.1.8 asks for 100 at least; Postfix's own default is 1000
constexpr std::size_t kMaxParameters = 16;         // esmtp-params of one command; all we know are 6
constexpr std::size_t kMaxEnvid = 100;             // RFC 3461 §4.4, decoded
constexpr std::size_t kMaxOrcpt = 500;             // RFC 3461 §4.2
constexpr int kMaxBadCommands = 20;                // then the peer is no mail program
constexpr int kMaxAuthFailures = 3;                // a person's typing errors; then a new connection
constexpr std::size_t kMaxPipelined = 100;  // commands in flight: their replies fit any socket buffer, so no deadlock

}  // namespace proxy::smtp
