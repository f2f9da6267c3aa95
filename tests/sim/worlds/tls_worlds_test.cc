// Drawn worlds with the real key exchange, a device's certificate included. Its keys and its random octets differ from
// run to run, so only outcomes can be asserted.
#include <gtest/gtest.h>

#include "booster/carrier/udp_exchange.h"
#include "tests/booster/tls/memory_ends.h"
#include "tests/sim/worlds/drawn.h"
#include "tests/support/sanitized.h"

namespace sim {
namespace {

namespace tls = booster::tls;

constexpr std::uint64_t kTlsWorlds = support::kSanitized ? 10 : 50;

class TlsExchanges final : public Exchanges {
 public:
  std::unique_ptr<transport::Handshake> make_client() override {
    return std::make_unique<booster::carrier::TlsExchange>(
        tls::MemoryHandshake::client(contexts_.client, "mail.test", {}));
  }
  std::unique_ptr<transport::Handshake> make_handshake() override {
    return std::make_unique<booster::carrier::TlsExchange>(
        tls::MemoryHandshake::server(contexts_.server, "a client", {}));
  }

 private:
  tls::MemoryContexts contexts_ = tls::pinned_contexts();
};

TEST(TlsWorlds, EachHolds) {
  for (std::uint64_t seed = 1; seed <= kTlsWorlds; ++seed) {
    const Drawn world = draw(seed);
    const Fared fared = run(world, false, std::make_shared<TlsExchanges>());
    EXPECT_EQ(fared.broken, "") << text(world);
  }
}

}  // namespace
}  // namespace sim
