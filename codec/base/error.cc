#include "codec/base/error.h"

namespace codec {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::Cancelled:
      return "Cancelled";
    case Errc::Timeout:
      return "Timeout";
    case Errc::Closed:
      return "Closed";
    case Errc::Unreachable:
      return "Unreachable";
    case Errc::Io:
      return "Io";
    case Errc::Protocol:
      return "Protocol";
    case Errc::Limit:
      return "Limit";
    case Errc::Corrupt:
      return "Corrupt";
    case Errc::Denied:
      return "Denied";
    case Errc::NotFound:
      return "NotFound";
    case Errc::Conflict:
      return "Conflict";
    case Errc::Full:
      return "Full";
    case Errc::Unsupported:
      return "Unsupported";
  }
  return "Unknown";
}

Retry retry(Errc code) {
  switch (code) {
    case Errc::Closed:
    case Errc::Conflict:
      return Retry::Now;
    case Errc::Timeout:
    case Errc::Unreachable:
    case Errc::Io:
    case Errc::Full:
      return Retry::Later;
    case Errc::Cancelled:
    case Errc::Protocol:
    case Errc::Limit:
    case Errc::Corrupt:
    case Errc::Denied:
    case Errc::NotFound:
    case Errc::Unsupported:
      return Retry::Never;
  }
  return Retry::Never;
}

Error Error::context(std::string_view where) && {
  std::string text(where);
  if (!what.empty()) text.append(": ").append(what);
  what = std::move(text);
  return std::move(*this);
}

std::string to_string(const Error& error) {
  std::string text(to_string(error.code));
  if (!error.what.empty()) text.append(": ").append(error.what);
  return text;
}

}  // namespace codec
