// Recorded links in the simulator: what a transfer of ours gets of each, beside BBR and CUBIC alone on the same one.
//   usage  sim_drives DIR   NAME.down, and NAME.up where there is one, in Mahimahi's format; 30 ms each way
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

constexpr Duration kDrive = std::chrono::seconds(60);
constexpr Duration kLook = std::chrono::milliseconds(10);
constexpr Duration kOneWay = std::chrono::milliseconds(30);
constexpr std::size_t kQueue = 750'000;
constexpr double kSegmentPayload = 1448. / 1500;

std::vector<std::chrono::milliseconds> read_trace(const std::filesystem::path& path) {
  std::vector<std::chrono::milliseconds> opportunities;
  std::ifstream file(path);
  for (std::int64_t at = 0; file >> at;) opportunities.emplace_back(at);
  return opportunities;
}

struct Row {
  double octets = 0;
  double queue = 0;  // octets, mean
};

Row drive(const LinkPair& pair, std::optional<tcp::Control> instead) {
  RateStory story(1, pair);
  tcp::Flow* const flow = instead ? &story.add_flow(*instead) : nullptr;
  if (flow == nullptr) story.transfer().send(kEndless);
  Row row;
  for (Duration at = kLook; at <= kDrive; at += kLook) {
    story.run_to(at);
    row.queue += static_cast<double>(story.link().queued_bytes()) / static_cast<double>(kDrive / kLook);
  }
  row.octets = flow == nullptr ? static_cast<double>(story.transfer().received())
                               : flow->bits_per_second() / 8 * seconds(kDrive) * kSegmentPayload;
  return row;
}

}  // namespace
}  // namespace sim

int main(int argc, char** argv) {
  using namespace sim;
  if (argc != 2) {
    std::fprintf(stderr, "usage: sim_drives DIR\n");
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& each : std::filesystem::directory_iterator(argv[1])) {
    if (each.path().extension() == ".down") files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  double goodput = 0;
  double queue = 0;
  for (const auto& file : files) {
    std::filesystem::path up = file;
    up.replace_extension(".up");
    LinkPair pair;
    pair.down = {.trace = read_trace(file), .queue_bytes = kQueue, .delay = kOneWay};
    pair.up = {.trace = read_trace(up), .queue_bytes = kQueue, .delay = kOneWay};
    if (pair.up.trace.empty()) pair.up.bits_per_second = 48e6;
    const Row ours = drive(pair, std::nullopt);
    const Row bbr = drive(pair, tcp::Control::Bbr);
    const Row cubic = drive(pair, tcp::Control::Cubic);
    std::printf("%-42s ours %10.0f  bbr %10.0f  cubic %10.0f  to bbr %.3f  its queue %.2f\n", file.filename().c_str(),
                ours.octets, bbr.octets, cubic.octets, ours.octets / bbr.octets, ours.queue / bbr.queue);
    goodput += std::log(ours.octets / bbr.octets) / static_cast<double>(files.size());
    queue += std::log(ours.queue / bbr.queue) / static_cast<double>(files.size());
  }
  std::printf("geometric mean: goodput %.3f of BBR's, queue %.2f of its\n", std::exp(goodput), std::exp(queue));
  return 0;
}
