#include "codec/container/code_builder.h"

#include <algorithm>
#include <utility>

namespace codec::container {
namespace {

constexpr std::array<std::uint8_t, kLengthCodes> kLengthCodeOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};
constexpr unsigned kMaxLengthCode = 7;
constexpr std::uint8_t kCopy = 16;        // the length before, 3..6 times
constexpr std::uint8_t kShortZeros = 17;  // 3..10
constexpr std::uint8_t kLongZeros = 18;   // 11..138

// A heap whose order among equals is zlib's, since that decides which of two like symbols gets the shorter code.
class TreeBuilder {
 public:
  TreeBuilder(std::span<std::uint32_t> frequencies, unsigned limit, std::span<std::uint8_t> lengths)
      : symbols_(frequencies.size()), limit_(limit), lengths_(lengths) {
    std::copy(frequencies.begin(), frequencies.end(), weight_.begin());
    std::fill(lengths.begin(), lengths.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < symbols_; ++i) {
      if (weight_[i] > 0) heap_[++heap_size_] = static_cast<std::uint16_t>(i), last_ = static_cast<int>(i);
    }
    while (heap_size_ < 2) {
      const auto added = static_cast<std::uint16_t>(last_ < 2 ? ++last_ : 0);
      heap_[++heap_size_] = added;
      weight_[added] = frequencies[added] = 1;
    }
  }

  void build() {
    for (std::size_t at = heap_size_ / 2; at >= 1; --at) sink(at);
    join_all();
    give_lengths();
  }

 private:
  bool before(std::uint16_t a, std::uint16_t b) const {
    return weight_[a] < weight_[b] || (weight_[a] == weight_[b] && depth_[a] <= depth_[b]);
  }
  void sink(std::size_t at) {
    const std::uint16_t node = heap_[at];
    for (std::size_t child = at * 2; child <= heap_size_; child *= 2) {
      if (child < heap_size_ && before(heap_[child + 1], heap_[child])) ++child;
      if (before(node, heap_[child])) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = node;
  }
  // Joins the two rarest nodes until one is left; `order_` then holds all nodes, the rarest first.
  void join_all() {
    auto next = static_cast<std::uint16_t>(symbols_);
    do {
      const std::uint16_t rarest = heap_[1];
      heap_[1] = heap_[heap_size_--];
      sink(1);
      const std::uint16_t second = heap_[1];
      order_[order_size_++] = rarest;
      order_[order_size_++] = second;
      weight_[next] = weight_[rarest] + weight_[second];
      depth_[next] = static_cast<std::uint8_t>(std::max(depth_[rarest], depth_[second]) + 1);
      parent_[rarest] = parent_[second] = next;
      heap_[1] = next++;
      sink(1);
    } while (heap_size_ >= 2);
    root_ = heap_[1];
  }
  void give_lengths() {
    std::array<unsigned, kNodes> level{};
    std::array<std::uint32_t, kMaxCodeLength + 1> count{};
    int too_long = 0;
    level[root_] = 0;
    for (std::size_t i = order_size_; i-- > 0;) {
      const std::uint16_t node = order_[i];
      level[node] = level[parent_[node]] + 1;
      if (level[node] > limit_) level[node] = limit_, ++too_long;
      if (node >= symbols_) continue;
      ++count[level[node]];
      lengths_[node] = static_cast<std::uint8_t>(level[node]);
    }
    if (too_long == 0) return;
    shorten(count, too_long);
    // The longest codes to the rarest symbols.
    std::size_t at = 0;
    for (unsigned bits = limit_; bits > 0; --bits) {
      for (std::uint32_t left = count[bits]; left > 0;) {
        const std::uint16_t node = order_[at++];
        if (node >= symbols_) continue;
        lengths_[node] = static_cast<std::uint8_t>(bits);
        --left;
      }
    }
  }
  // Each pair of codes that hung too low finds room beside a code that moves one down.
  void shorten(std::array<std::uint32_t, kMaxCodeLength + 1>& count, int too_long) const {
    do {
      unsigned bits = limit_ - 1;
      while (count[bits] == 0) --bits;
      --count[bits];
      count[bits + 1] += 2;
      --count[limit_];
      too_long -= 2;
    } while (too_long > 0);
  }

  static constexpr std::size_t kNodes = 2 * 288 + 1;
  std::size_t symbols_;
  unsigned limit_;
  std::span<std::uint8_t> lengths_;
  int last_ = -1;
  std::array<std::uint32_t, kNodes> weight_{};
  std::array<std::uint8_t, kNodes> depth_{};
  std::array<std::uint16_t, kNodes> parent_{};
  std::array<std::uint16_t, kNodes> heap_{};
  std::size_t heap_size_ = 0;
  std::array<std::uint16_t, kNodes> order_{};
  std::size_t order_size_ = 0;
  std::uint16_t root_ = 0;
};

struct RunSymbol {
  std::uint8_t symbol;
  std::uint8_t extra;  // its value
};
constexpr unsigned run_bits(std::uint8_t symbol) {
  return symbol == kCopy ? 2 : symbol == kShortZeros ? 3 : symbol == kLongZeros ? 7 : 0;
}

void append_run(std::vector<RunSymbol>& out, std::uint8_t length, std::size_t count, bool after_same,
                std::size_t least) {
  if (count < least) {
    for (std::size_t i = 0; i < count; ++i) out.push_back({length, 0});
  } else if (length != 0) {
    if (!after_same) out.push_back({length, 0}), --count;
    out.push_back({kCopy, static_cast<std::uint8_t>(count - 3)});
  } else if (count <= 10) {
    out.push_back({kShortZeros, static_cast<std::uint8_t>(count - 3)});
  } else {
    out.push_back({kLongZeros, static_cast<std::uint8_t>(count - 11)});
  }
}

// Runs as zlib finds them: a run is cut at its longest and what follows counts as a new run.
void find_runs(std::span<const std::uint8_t> lengths, std::vector<RunSymbol>& out) {
  int before = -1;
  std::size_t count = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::uint8_t length = lengths[i];
    const int next = i + 1 < lengths.size() ? lengths[i + 1] : -1;
    const bool same = before == length;
    const std::size_t most = length == 0 ? 138 : same ? 6 : 7;
    const std::size_t least = length != 0 && !same ? 4 : 3;
    if (++count < most && length == next) continue;
    append_run(out, length, count, same, least);
    count = 0;
    before = length;
  }
}

std::size_t used(std::span<const std::uint8_t> lengths, std::size_t least) {
  std::size_t size = lengths.size();
  while (size > least && lengths[size - 1] == 0) --size;
  return size;
}

struct LengthsLayout {
  std::size_t literals, distances, codes;
  std::vector<RunSymbol> runs;
  std::array<std::uint8_t, kLengthCodes> lengths{};

  explicit LengthsLayout(const CodeLengths& of) {
    literals = used(std::span(of.literal).first(kLiteralCodes), 257);
    distances = used(std::span(of.distance).first(kDistanceCodes), 1);
    find_runs(std::span(of.literal).first(literals), runs);
    find_runs(std::span(of.distance).first(distances), runs);
    std::array<std::uint32_t, kLengthCodes> frequencies{};
    for (const RunSymbol& run : runs) ++frequencies[run.symbol];
    build_code_lengths(frequencies, kMaxLengthCode, lengths);
    codes = kLengthCodes;
    while (codes > 4 && lengths[kLengthCodeOrder[codes - 1]] == 0) --codes;
  }
  std::uint64_t bits() const {
    std::uint64_t sum = 14 + 3 * codes;
    for (const RunSymbol& run : runs) sum += lengths[run.symbol] + run_bits(run.symbol);
    return sum;
  }
};

std::uint64_t coded_bits(const Frequencies& frequencies, const CodeLengths& lengths) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kLiteralCodes; ++i) {
    const unsigned extra = i > kEndOfBlock ? kLengthSymbols[i - 257].extra : 0;
    bits += std::uint64_t{frequencies.literal[i]} * (lengths.literal[i] + extra);
  }
  for (std::size_t i = 0; i < kDistanceCodes; ++i) {
    bits += std::uint64_t{frequencies.distance[i]} * (lengths.distance[i] + kDistanceSymbols[i].extra);
  }
  return bits;
}

}  // namespace

void build_code_lengths(std::span<std::uint32_t> frequencies, unsigned limit, std::span<std::uint8_t> lengths) {
  TreeBuilder(frequencies, limit, lengths).build();
}

BlockCodes codes_of(const Frequencies& frequencies, BlockType type) {
  if (type == BlockType::Fixed) return {BlockType::Fixed, fixed_code_lengths()};
  BlockCodes codes;
  Frequencies grown = frequencies;
  build_code_lengths(grown.literal, kMaxCodeLength, std::span(codes.lengths.literal).first(kLiteralCodes));
  build_code_lengths(grown.distance, kMaxCodeLength, std::span(codes.lengths.distance).first(kDistanceCodes));
  return codes;
}

BlockCodes choose_codes(const Frequencies& frequencies, bool fixed_only) {
  const BlockCodes codes = codes_of(frequencies, fixed_only ? BlockType::Fixed : BlockType::Dynamic);
  if (fixed_only) return codes;
  const std::uint64_t dynamic = coded_bits(frequencies, codes.lengths) + LengthsLayout(codes.lengths).bits();
  const std::uint64_t fixed = coded_bits(frequencies, fixed_code_lengths());
  // zlib compares whole octets, its own block header within.
  if ((fixed + 3 + 7) / 8 > (dynamic + 3 + 7) / 8) return codes;
  return {BlockType::Fixed, fixed_code_lengths()};
}

void write_code_lengths(BitWriter& out, const CodeLengths& lengths) {
  const LengthsLayout layout(lengths);
  out.put(static_cast<std::uint32_t>(layout.literals - 257), 5);
  out.put(static_cast<std::uint32_t>(layout.distances - 1), 5);
  out.put(static_cast<std::uint32_t>(layout.codes - 4), 4);
  for (std::size_t i = 0; i < layout.codes; ++i) out.put(layout.lengths[kLengthCodeOrder[i]], 3);
  const CodeWords words(layout.lengths);
  for (const RunSymbol& run : layout.runs) {
    words.put(out, run.symbol);
    out.put(run.extra, run_bits(run.symbol));
  }
}

std::optional<CodeLengths> read_code_lengths(BitReader& in) {
  const std::size_t literals = in.take(5) + 257U;
  const std::size_t distances = in.take(5) + 1U;
  const std::size_t codes = in.take(4) + 4U;
  if (literals > kLiteralCodes || distances > kDistanceCodes) return std::nullopt;
  std::array<std::uint8_t, kLengthCodes> code_lengths{};
  for (std::size_t i = 0; i < codes; ++i) code_lengths[kLengthCodeOrder[i]] = static_cast<std::uint8_t>(in.take(3));
  CodeReader reader;
  if (!reader.build(code_lengths)) return std::nullopt;
  std::array<std::uint8_t, kLiteralCodes + kDistanceCodes> all{};
  for (std::size_t at = 0; at < literals + distances;) {
    const std::uint16_t symbol = reader.read(in);
    if (symbol == CodeReader::kNone || in.ran_out()) return std::nullopt;
    if (symbol < kCopy) {
      all[at++] = static_cast<std::uint8_t>(symbol);
      continue;
    }
    if (symbol == kCopy && at == 0) return std::nullopt;
    const std::uint8_t value = symbol == kCopy ? all[at - 1] : std::uint8_t{0};
    const std::size_t run = in.take(run_bits(static_cast<std::uint8_t>(symbol))) + (symbol == kLongZeros ? 11U : 3U);
    if (at + run > literals + distances) return std::nullopt;
    std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(at), run, value);
    at += run;
  }
  CodeLengths lengths;
  std::copy_n(all.begin(), literals, lengths.literal.begin());
  std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(literals), distances, lengths.distance.begin());
  return lengths;
}

}  // namespace codec::container
