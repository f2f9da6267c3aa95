#include "perf/codec/packetboat.h"

namespace perf::codec_bench {
namespace {

using codec::refer::Rules;

template <Rules kRules, PackedFor kPacked>
std::unique_ptr<Encoder> make_as(const Options& options) {
  return options.mode == Mode::Up ? make_up() : make_down(options, kRules, kPacked);
}

}  // namespace

const Method kPacketboat = {"packetboat", make_as<Rules::Safe, PackedFor::Usual>, decode_items};
const Method kPacketboatMix = {"packetboat-mix", make_as<Rules::Safe, PackedFor::Slow>, decode_items};
const Method kPacketboatLz4 = {"packetboat-lz4", make_as<Rules::Safe, PackedFor::Lan>, decode_items};
const Method kPacketboatFree = {"packetboat-free", make_as<Rules::None, PackedFor::Usual>, decode_items};
const Method kPacketboatMixFree = {"packetboat-mix-free", make_as<Rules::None, PackedFor::Slow>, decode_items};

}  // namespace perf::codec_bench
