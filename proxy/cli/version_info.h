// What this build calls itself.
#pragma once
#include <string>

namespace proxy::cli {

std::string version_text();  // "packetboat 0.1.0"
// "a mismatch of the two ends is told": another version works as long as the protocol is the same, but a person should
// know. Empty: none, or the other end was never met. `theirs`: what it calls itself; `us`, `them`: "this client" …
std::string version_mismatch(const std::string& theirs, const std::string& us, const std::string& them);
std::string commit_text();  // "" when not built from a git checkout

}  // namespace proxy::cli
