// codec_bench METHOD bulk|live|up FOLDER [AUTHSERV-ID [ADDRESS…]]: one method over a folder of mails (one a file, names
// in the order of arrival), checked octet by octet. Prints one JSON row. The authserv-id may be empty.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "perf/codec/method.h"

namespace perf::codec_bench {

constexpr std::array kMethods = {&kPacketboat, &kPacketboatMix, &kPacketboatLz4, &kPacketboatFree, &kPacketboatMixFree,
                                 &kGzipEach,   &kDeflateStream, &kZstd19Each,    &kZstd19Solid};

const Method* find_method(std::string_view name) {
  const auto* const found =
      std::find_if(kMethods.begin(), kMethods.end(), [name](const Method* method) { return method->name == name; });
  return found == kMethods.end() ? nullptr : *found;
}

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

// As a mail stands on the wire: a file's bare LF is CRLF there.
Bytes read_mail(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  Bytes mail;
  mail.reserve(text.size() + text.size() / 32);
  char before = '\0';
  for (const char c : text) {
    if (c == '\n' && before != '\r') mail.push_back(std::byte{'\r'});
    mail.push_back(static_cast<std::byte>(c));
    before = c;
  }
  return mail;
}

std::vector<Bytes> read_folder(const std::string& folder, Mode mode) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() != ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (mode == Mode::Bulk) std::reverse(files.begin(), files.end());
  std::vector<Bytes> mails;
  for (const auto& file : files) {
    Bytes mail = read_mail(file);
    if (!mail.empty()) mails.push_back(std::move(mail));
  }
  return mails;
}

int run(const Method& method, const Options& options, const std::string& folder) {
  const std::vector<Bytes> mails = read_folder(folder, options.mode);
  Crossed crossed;
  crossed.mode = options.mode;
  std::size_t raw = 0;
  for (const Bytes& mail : mails) {
    crossed.sizes.push_back(mail.size());
    raw += mail.size();
  }
  const std::unique_ptr<Encoder> encoder = method.make(options);
  const Clock::time_point begun = Clock::now();
  for (const Bytes& mail : mails) {
    if (const auto done = encoder->encode(mail, crossed.link); !done) {
      std::fprintf(stderr, "%s\n", to_string(done.error()).c_str());
      return 1;
    }
    crossed.ends.push_back(crossed.link.size());
  }
  (void)encoder->finish(crossed.link);
  const double encoding = seconds_since(begun);
  const Clock::time_point turned = Clock::now();
  const auto again = method.decode(crossed);
  const double decoding = seconds_since(turned);
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  nlohmann::json row = {{"method", method.name},
                        {"messages", mails.size()},
                        {"raw_bytes", raw},
                        {"bytes", crossed.link.size()},
                        {"encode_mb_s", static_cast<double>(raw) / encoding / 1e6},
                        {"decode_mb_s", static_cast<double>(raw) / decoding / 1e6},
                        {"peak_rss", usage.ru_maxrss * 1024},
                        {"referring_items", encoder->referring()}};
  if (!again) row["error"] = to_string(again.error());
  if (again && *again != mails) row["error"] = "what came out is not what went in";
  std::printf("%s\n", row.dump().c_str());
  return row.contains("error") ? 1 : 0;
}

}  // namespace
}  // namespace perf::codec_bench

int main(int count, char** words) {
  using perf::codec_bench::Mode;
  const std::vector<std::string> said(words + 1, words + count);
  const auto* const method = said.size() >= 3 ? perf::codec_bench::find_method(said[0]) : nullptr;
  if (method == nullptr || (said[1] != "bulk" && said[1] != "live" && said[1] != "up")) {
    std::fprintf(stderr, "usage: codec_bench METHOD bulk|live|up FOLDER [AUTHSERV-ID [ADDRESS…]]\n");
    return 2;
  }
  perf::codec_bench::Options options;
  options.mode = said[1] == "bulk" ? Mode::Bulk : said[1] == "live" ? Mode::Live : Mode::Up;
  if (said.size() > 3) {
    options.authserv_id = said[3];
    options.own.assign(said.begin() + 4, said.end());
  }
  return perf::codec_bench::run(*method, options, said[2]);
}
