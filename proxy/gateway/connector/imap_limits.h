// Every bound of the IMAP connector, with its reason.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace proxy::gateway::connector {

constexpr auto kDialTime = std::chrono::seconds(10);     // an address that does not answer; the next one is tried
constexpr auto kLoginTime = std::chrono::seconds(60);    // servers delay after a wrong password
constexpr auto kStall = std::chrono::seconds(60);        // nothing at all while a command waits
constexpr auto kSearchStall = std::chrono::minutes(5);   // a big mailbox is indexed before the first octet comes
constexpr auto kCommandTime = std::chrono::minutes(15);  // an answer that trickles for ever
constexpr auto kIdleRearm = std::chrono::minutes(25);    // RFC 2177: servers may drop after 30
constexpr auto kGoodbye = std::chrono::seconds(2);       // DONE, LOGOUT
constexpr std::uint64_t kAnswerOctets = 64ull << 20;     // of a command that fetches no bodies: an untagged flood
constexpr std::uint64_t kScanOctets = 1ull << 30;        // flags of 10 million messages
constexpr std::uint64_t kBodyOctets = 512ull << 20;      // one mail
constexpr std::uint64_t kBeforeLogin = 256ull << 10;     // greeting, capabilities, login
constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kSetText = 7000;  // octets of a UID set in one command: 8,000 is what RFC 7162 §4 asks for
constexpr std::size_t kMaxMailboxes = 20'000;     // a server that lists for ever
constexpr std::uint64_t kMaxHeader = 256 * 1024;  // of one header block that is kept in memory

}  // namespace proxy::gateway::connector
