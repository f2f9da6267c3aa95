// The log: handed down, never global. One line an event on stderr: time, level, part, text. No secret, subject, body;
// addresses only as hashes above debug (hide()).
#pragma once
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace spdlog {
class logger;
}

namespace proxy::config {

enum class LogLevel { Debug, Info, Warning, Error };

class Log {
 public:
  static Log to_stderr(LogLevel level);
  static Log nowhere();

  Log part(std::string name) const;  // the same log under another part's name

  template <class... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::Debug, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::Info, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::Warning, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::Error, fmt::format(text, std::forward<Args>(args)...));
  }
  void write(LogLevel level, std::string_view text) const;

  // A mail address as the log may show it: whole when debugging, else a short hash that is the same for the same
  // address in one run.
  std::string hide(std::string_view address) const;

 private:
  Log(std::shared_ptr<spdlog::logger> logger, std::string part, LogLevel level);
  std::shared_ptr<spdlog::logger> logger_;  // nullptr: nowhere
  std::string part_;
  LogLevel level_ = LogLevel::Info;
};

}  // namespace proxy::config
