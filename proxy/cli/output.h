// What commands print and how they end.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "codec/base/result.h"

namespace proxy::cli {

using Json = nlohmann::json;

// Exit statuses of every sub-command.
constexpr int kOk = 0;
constexpr int kFailed = 1;  // the daemon, the network or the disk said no
constexpr int kUsage = 2;   // the command line or the configuration is wrong

void print(const std::string& text);           // to stdout, with a line end
int print_error(const Error& error);           // to stderr, "packetboat: …"; gives the exit status
int finish(const Result<>& result);            // kOk, or print_error
std::string age(std::chrono::seconds length);  // "12 s", "3 min", "2 h", "5 d"
std::string bytes_text(std::uint64_t bytes);   // "812 B", "3.4 kB", "1.2 MB"

}  // namespace proxy::cli
