// A path whose round trip is shorter than what an end needs to look again: all that left is acknowledged by then.
#include <gtest/gtest.h>

#include "tests/booster/transport/couple.h"

namespace booster::transport {
namespace {

TEST(ShortPath, ABurstThatOnlyTheWindowEndedIsNotATrainAnew) {
  Couple couple;
  ASSERT_TRUE(couple.establish());
  const auto stream = couple.gateway_session().open(session::Class::Bodies, {});
  ASSERT_TRUE(stream.has_value());
  (void)couple.gateway_session().write(*stream, Bytes(std::size_t{200} << 10));
  couple.run(std::chrono::seconds(1));
  ASSERT_NE(couple.gateway().active().rate, nullptr);
  EXPECT_NE(couple.gateway().active().rate->stage(), rate::RateController::Stage::Train);
  EXPECT_GT(couple.sent_down, std::size_t{200} << 10);
}

}  // namespace
}  // namespace booster::transport
