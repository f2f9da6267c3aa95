// HeldSources: mails that are here, as sources of what an item that comes in repeats.
#pragma once
#include "proxy/client/account_store.h"
#include "proxy/messaging/repeats.h"

namespace proxy::client {

class HeldSources final : public messaging::SourceOctets {
 public:
  HeldSources(AccountStore& store, std::vector<sync::ItemKey> keys) : store_(store), keys_(std::move(keys)) {}

  const std::vector<sync::ItemKey>& keys() const { return keys_; }
  Task<Result<Bytes>> octets(std::size_t source, std::uint64_t from, std::size_t count) override {
    if (source >= keys_.size()) co_return fail(Errc::Protocol, "repeats of a mail that was not named");
    const sync::ItemKey& key = keys_[source];
    BodyKey of{key.mailbox, key.uid_validity, key.uid};
    co_return co_await store_.body_octets(std::move(of), from, count);
  }

 private:
  AccountStore& store_;
  std::vector<sync::ItemKey> keys_;
};

// What one item repeats.
struct Repeated {
  HeldSources sources;
  messaging::RepeatFiller filler;
};

}  // namespace proxy::client
