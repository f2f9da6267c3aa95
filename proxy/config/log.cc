#include "proxy/config/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "booster/crypto/digest.h"
#include "booster/crypto/random.h"

namespace proxy::config {
namespace {

spdlog::level::level_enum native(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

Log::Log(std::shared_ptr<spdlog::logger> logger, std::string part, LogLevel level)
    : logger_(std::move(logger)), part_(std::move(part)), level_(level) {}

Log Log::to_stderr(LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>(
      "packetboat", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());  // colours on a tty only
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  logger->set_level(native(level));
  logger->flush_on(spdlog::level::debug);
  return Log(std::move(logger), "", level);
}

Log Log::nowhere() {
  return Log(nullptr, "", LogLevel::Error);
}

Log Log::part(std::string name) const {
  return Log(logger_, std::move(name), level_);
}

void Log::write(LogLevel level, std::string_view text) const {
  if (logger_ == nullptr) return;
  std::string line;  // one line an event, whatever a peer put into it
  for (const char c : text) line += (c >= 0 && c < ' ') || c == 127 ? ' ' : c;
  logger_->log(native(level), "{}{}{}", part_, part_.empty() ? "" : ": ", line);
}

std::string Log::hide(std::string_view address) const {
  if (level_ == LogLevel::Debug) return std::string(address);
  static const Bytes kKey = booster::crypto::random_bytes(32);  // of this run
  return "user-" + booster::crypto::hmac_sha256(kKey, as_bytes(address)).hex().substr(0, 8);
}

}  // namespace proxy::config
