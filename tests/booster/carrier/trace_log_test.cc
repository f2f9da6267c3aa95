#include "booster/carrier/trace_log.h"

#include "booster/disk/faults.h"
#include "booster/disk/memory_disk.h"
#include "tests/booster/transport/couple.h"
#include "tests/support/coro_test.h"

namespace booster::carrier {
namespace {

using std::chrono::milliseconds;
using transport::Couple;

constexpr std::uint64_t kTraceLimit = TraceLog::kLeastLimit;

std::string trace_content(disk::Disk& disk, const char* path = "/t") {
  const auto file = disk.open(path, disk::OpenOptions::read());
  if (!file) return "";
  std::string text((*file)->stat()->size, '\0');
  EXPECT_TRUE((*file)->read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

std::size_t occurrences(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Something for the gateway, and its answer.
void talk(Couple& couple) {
  couple.client_session().ping();
  couple.run(milliseconds(200));
}

CORO_TEST_REAL(TraceLog, WritesWhatItsConnectionsDo) {
  disk::MemoryDisk disk;
  Couple couple;
  CO_ASSERT_TRUE(couple.establish());
  TraceLog log(loop, disk, session::Role::Client, "packetboat test");
  log.add(couple.client(), "192.0.2.1");
  talk(couple);
  EXPECT_EQ(trace_content(disk), "");
  EXPECT_EQ(log.state().events, 0U);
  CO_ASSERT_OK(co_await log.start("/t", kTraceLimit));
  talk(couple);
  EXPECT_TRUE(log.state().on);
  CO_ASSERT_OK(co_await log.stop());
  const std::string text = trace_content(disk);
  EXPECT_EQ(occurrences(text, "\x1e"), occurrences(text, "\n"));
  EXPECT_EQ(occurrences(text, "\n"), log.state().events + 2);  // the header, and who it is
  EXPECT_EQ(occurrences(text, "\"title\":\"packetboat test\""), 1U);
  EXPECT_EQ(occurrences(text, "\"peer\":\"192.0.2.1\""), 1U);
  EXPECT_GT(occurrences(text, "quic:packet_sent"), 0U);
  EXPECT_GT(occurrences(text, "quic:packet_received"), 0U);
  talk(couple);
  EXPECT_EQ(trace_content(disk), text) << "after the end";
  log.remove(couple.client());
}

CORO_TEST_REAL(TraceLog, AConnectionThatComesMeanwhileIsTraced) {
  disk::MemoryDisk disk;
  Couple one(1);
  Couple other(2);
  CO_ASSERT_TRUE(one.establish() && other.establish());
  TraceLog log(loop, disk, session::Role::Gateway, "packetboat test");
  CO_ASSERT_OK(co_await log.start("/t", kTraceLimit));
  log.add(one.gateway(), "192.0.2.1");
  log.add(other.gateway(), "192.0.2.2");
  talk(one);
  talk(other);
  log.remove(one.gateway());
  const std::uint64_t told = log.state().events;
  talk(one);
  EXPECT_EQ(log.state().events, told);
  CO_ASSERT_OK(co_await log.stop());
  const std::string text = trace_content(disk);
  EXPECT_GT(occurrences(text, "\"group_id\":\"1\""), 1U);
  EXPECT_GT(occurrences(text, "\"group_id\":\"2\""), 1U);
  log.remove(other.gateway());
}

// Nobody asks for it: what was told is there soon after.
CORO_TEST_REAL(TraceLog, WritesByItself) {
  disk::MemoryDisk disk;
  Couple couple;
  CO_ASSERT_TRUE(couple.establish());
  TraceLog log(loop, disk, session::Role::Client, "packetboat test");
  log.add(couple.client(), "192.0.2.1");
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("trace", log.serve());
  CO_ASSERT_OK(co_await log.start("/t", kTraceLimit));
  talk(couple);
  while (occurrences(trace_content(disk), "quic:packet_sent") == 0) {
    CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(20)));
  }
  scope.cancel();
  co_await scope.join();
  log.remove(couple.client());
}

CORO_TEST_REAL(TraceLog, AFullDiskEndsTheTraceOnly) {
  disk::MemoryDisk disk;
  Couple couple;
  CO_ASSERT_TRUE(couple.establish());
  TraceLog log(loop, disk, session::Role::Client, "packetboat test");
  std::string said;
  log.on_note([&said](const std::string& text) { said = text; });
  log.add(couple.client(), "192.0.2.1");
  CO_ASSERT_OK(co_await log.start("/t", kTraceLimit));
  disk.set_capacity(disk.used() + 10);
  talk(couple);
  const Result<> stopped = co_await log.stop();
  CO_ASSERT_TRUE(!stopped);
  EXPECT_EQ(stopped.error().code, Errc::Full);
  EXPECT_FALSE(log.state().on);
  CO_ASSERT_TRUE(log.state().ended_by.has_value());
  EXPECT_EQ(log.state().ended_by->code, Errc::Full);
  EXPECT_NE(said.find("/t"), std::string::npos);
  const std::uint64_t told = log.state().events;
  talk(couple);
  EXPECT_EQ(log.state().events, told);
  EXPECT_TRUE(couple.client().established());
  disk.set_capacity(std::uint64_t{1} << 20);
  EXPECT_TRUE(co_await log.start("/t", kTraceLimit)) << "once there is room";
  EXPECT_FALSE(log.state().ended_by.has_value());
  log.remove(couple.client());
}

CORO_TEST_REAL(TraceLog, OneAtATimeAndNotTooSmall) {
  disk::MemoryDisk disk;
  TraceLog log(loop, disk, session::Role::Client, "packetboat test");
  const Result<> none = co_await log.stop();
  CO_ASSERT_TRUE(!none);
  EXPECT_EQ(none.error().code, Errc::NotFound);
  const Result<> small = co_await log.start("/t", kTraceLimit - 1);
  CO_ASSERT_TRUE(!small);
  EXPECT_EQ(small.error().code, Errc::Limit);
  const Result<> nowhere = co_await log.start("/no/such/folder/t", kTraceLimit);
  CO_ASSERT_TRUE(!nowhere);
  EXPECT_EQ(nowhere.error().code, Errc::NotFound);
  CO_ASSERT_OK(co_await log.start("/t", kTraceLimit));
  const Result<> second = co_await log.start("/u", kTraceLimit);
  CO_ASSERT_TRUE(!second);
  EXPECT_EQ(second.error().code, Errc::Conflict);
}

// Nobody brings it to the disk: memory stays bounded, and the file says what is missing.
CORO_TEST_REAL(TraceLog, WhatWaitsIsBounded) {
  disk::MemoryDisk disk;
  Couple couple;
  CO_ASSERT_TRUE(couple.establish());
  TraceLog log(loop, disk, session::Role::Client, "packetboat test");
  log.add(couple.client(), "192.0.2.1");
  CO_ASSERT_OK(co_await log.start("/t", 4 * TraceLog::kMostWaiting));
  for (int round = 0; round < 100'000 && log.state().dropped == 0; ++round) talk(couple);
  EXPECT_GT(log.state().dropped, 0U);
  CO_ASSERT_OK(co_await log.stop());
  const std::string text = trace_content(disk);
  EXPECT_LT(text.size(), TraceLog::kMostWaiting + 100'000);
  EXPECT_EQ(occurrences(text, "packetboat:events_dropped"), 1U);
  log.remove(couple.client());
}

}  // namespace
}  // namespace booster::carrier
