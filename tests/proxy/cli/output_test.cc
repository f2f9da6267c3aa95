#include "proxy/cli/output.h"

#include <gtest/gtest.h>

namespace proxy::cli {
namespace {

using std::chrono::seconds;

TEST(Output, AgesAreInTheUnitThatSaysMost) {
  EXPECT_EQ(age(seconds(0)), "0 s");
  EXPECT_EQ(age(seconds(119)), "119 s");
  EXPECT_EQ(age(seconds(120)), "2 min");
  EXPECT_EQ(age(seconds(2 * 3600)), "2 h");
  EXPECT_EQ(age(seconds(2 * 86'400)), "2 d");
}

TEST(Output, BytesAreInDecimalUnits) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(3'400'000), "3.4 MB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "18446744.1 TB");
}

TEST(Output, AWrongCommandLineHasItsOwnExitStatus) {
  EXPECT_EQ(finish({}), kOk);
  EXPECT_EQ(finish(fail(Errc::Protocol, "no such key")), kUsage);
  EXPECT_EQ(finish(fail(Errc::Unreachable, "no daemon")), kFailed);
}

}  // namespace
}  // namespace proxy::cli
