// SetDigest: each element's hash is two 64-bit FNV-1a sums with different starts, finished by a mixer; the set's is
// their sum modulo 2^128. Not proof against a forger, who is the user's own mail server here; a wrong match costs a
// stale flag until the next change.
#include "proxy/sync/packed.h"
#include "proxy/sync/types.h"

namespace proxy::sync {
namespace {

constexpr std::uint64_t kPrime = 0x100000001b3;
constexpr std::uint64_t kStartLow = 0xcbf29ce484222325;
constexpr std::uint64_t kStartHigh = 0x9ae16a3b2f90404f;

std::uint64_t mixed(std::uint64_t value) {  // the finalizer of splitmix64
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::uint64_t hash(ByteView bytes, std::uint64_t start) {
  std::uint64_t sum = start;
  for (const std::byte b : bytes) sum = (sum ^ std::to_integer<std::uint64_t>(b)) * kPrime;
  return mixed(sum);
}

SetDigest of(ServerUid uid, const Flags& flags) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(uid.value);
  out.put(pack_flags(flags));
  return {hash(bytes, kStartLow), hash(bytes, kStartHigh)};
}

}  // namespace

SetDigest& SetDigest::operator+=(const SetDigest& other) {
  low += other.low;
  high += other.high + (low < other.low ? 1 : 0);
  return *this;
}

void SetDigest::add(ServerUid uid, const Flags& flags) {
  *this += of(uid, flags);
}

void SetDigest::remove(ServerUid uid, const Flags& flags) {
  const SetDigest element = of(uid, flags);
  const std::uint64_t before = low;
  low -= element.low;
  high -= element.high + (before < element.low ? 1 : 0);
}

}  // namespace proxy::sync
