// Fetching: one message's octets as they come over the link, for as many readers as want them.
#pragma once
#include <memory>
#include <optional>

#include "proxy/client/account_store.h"

namespace proxy::client {

class Fetching {
 public:
  explicit Fetching(BodyKey key) : key_(std::move(key)) {}

  const BodyKey& key() const { return key_; }
  std::optional<std::uint64_t> size() const { return size_; }  // nullopt: not known yet
  // Octets from the front that may be read; the last one only when the digest was right.
  std::uint64_t available() const;
  bool done() const { return done_; }  // all here and verified
  const std::optional<Error>& failed() const { return failed_; }

  // Until more than `have` octets are there, or all.   Errors  Unreachable: off-line · NotFound: the server has it no
  // more · Corrupt: its digest was wrong twice; Cancelled
  Task<Result<>> wait_for_more(std::uint64_t have);
  Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into);

  // Until done or failed.   Errors  Cancelled
  Task<Result<>> wait_over();

  // ---- for who brings the octets
  void begin(std::shared_ptr<BodySink> sink, std::uint64_t size);
  void progressed() { changed_.raise(); }
  void finish();
  void fail_with(Error error);
  bool over() const { return done_ || failed_; }
  BodySink* sink() { return sink_.get(); }

 private:
  BodyKey key_;
  std::shared_ptr<BodySink> sink_;
  std::optional<std::uint64_t> size_;
  bool done_ = false;
  std::optional<Error> failed_;
  events::Signal changed_;
};

}  // namespace proxy::client
