#include "codec/property/dump.h"

#include <fmt/format.h>

#include <iterator>

namespace codec::property {
namespace {

constexpr std::size_t kMaxDump = 4096;  // a log line, not a copy of the message

void write(const Chain& chain, std::span<const Name> names, std::string& out);

void write_entry(const Entry& entry, std::span<const Name> names, std::string& out) {
  const Value& value = entry.value;
  fmt::format_to(std::back_inserter(out), "{:#x} ", entry.id);
  for (const Name& name : names)
    if (name.id == entry.id) fmt::format_to(std::back_inserter(out), "{} ", name.text);
  out += to_string(value.type());
  switch (value.type()) {
    case Type::Unsigned:
      fmt::format_to(std::back_inserter(out), " {}", value.view<Type::Unsigned>());
      break;
    case Type::Signed:
      fmt::format_to(std::back_inserter(out), " {}", value.view<Type::Signed>());
      break;
    case Type::Bytes:
    case Type::Text:
      fmt::format_to(std::back_inserter(out), "[{}]", value.byte_size());
      break;
    case Type::Chain:
      write(*value.view<Type::Chain>(), names, out);
      break;
  }
}

void write(const Chain& chain, std::span<const Name> names, std::string& out) {
  out += '{';
  const char* separator = "";
  for (const Entry& entry : chain.entries()) {
    out += separator;
    separator = ", ";
    if (out.size() > kMaxDump) {
      out += "…";
      break;
    }
    write_entry(entry, names, out);
  }
  out += '}';
}

}  // namespace

std::string dump(const Chain& chain, std::span<const Name> names) {
  std::string out;
  write(chain, names, out);
  return out;
}

}  // namespace codec::property
