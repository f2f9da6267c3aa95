// Octets as the connectors take them: out of memory, or out of the spool as they are asked for.
#pragma once
#include <algorithm>
#include <cstring>

#include "proxy/gateway/agent/tickets.h"
#include "proxy/gateway/connector/imap_types.h"

namespace proxy::gateway::agent {

using booster::runtime::Task;

class MemorySource final : public connector::OctetSource {
 public:
  explicit MemorySource(Bytes octets) : octets_(std::move(octets)) {}
  std::uint64_t size() const override { return octets_.size(); }
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), octets_.size() - at_);
    std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    co_return count;
  }

 private:
  Bytes octets_;
  std::size_t at_ = 0;
};

class SpoolSource final : public connector::OctetSource {
 public:
  SpoolSource(Tickets& tickets, const Ticket& ticket, std::uint64_t size)
      : tickets_(tickets), ticket_(ticket), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    auto job = [ticket = ticket_, offset = offset_, into](TicketFile& file) {
      return file.spool().read(ticket, offset, into);
    };
    auto count = co_await tickets_.run(std::move(job));
    if (count) offset_ += *count;
    co_return count;
  }

 private:
  Tickets& tickets_;
  Ticket ticket_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
};

}  // namespace proxy::gateway::agent
