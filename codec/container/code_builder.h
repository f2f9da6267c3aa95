// The Huffman codes that zlib makes of a block's frequencies, and how it writes them in front of the block.
// Source: RECIPE.md §5
#pragma once
#include <optional>
#include <span>

#include "codec/container/huffman_code.h"

namespace codec::container {

// lengths[i] for every symbol, none above `limit`. `frequencies` may grow by symbols that zlib adds: a tree has two.
void build_code_lengths(std::span<std::uint32_t> frequencies, unsigned limit, std::span<std::uint8_t> lengths);

enum class BlockType : std::uint8_t { Stored = 0, Fixed = 1, Dynamic = 2 };

// What zlib chooses for a block.
struct BlockCodes {
  BlockType type = BlockType::Dynamic;
  CodeLengths lengths;
};
BlockCodes codes_of(const Frequencies& frequencies, BlockType type);  // not Stored
BlockCodes choose_codes(const Frequencies& frequencies, bool fixed_only);

// The code lengths of a dynamic block as zlib writes them, and as anyone may have.              RFC 1951 §3.2.7
void write_code_lengths(BitWriter& out, const CodeLengths& lengths);
// nullopt: bits that give no code (or too few of them: see ran_out()).
std::optional<CodeLengths> read_code_lengths(BitReader& in);

}  // namespace codec::container
