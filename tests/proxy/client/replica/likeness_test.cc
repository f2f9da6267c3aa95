// What a mail that goes up repeats is found among what is held at both ends.
#include "tests/proxy/client/replica/world.h"

namespace proxy::client::replica {
namespace {

const sync::UidValidity kInboxValidity{7};

// Lines that repeat nothing.
std::string noise(std::size_t octets, std::uint32_t seed) {
  std::string text;
  while (text.size() < octets) {
    for (int i = 0; i < 64; ++i) {
      seed = seed * 1664525 + 1013904223;
      text += static_cast<char>('a' + (seed >> 24) % 26);
    }
    text += "\r\n";
  }
  return text;
}

std::string letter(const std::string& subject, const std::string& body) {
  return "Subject: " + subject + "\r\n\r\n" + body;
}

Task<Result<>> arrive(World& w, std::uint32_t uid, std::string octets) {
  const Bytes bytes = codec::to_bytes(octets);
  const sync::ServerUid server_uid{uid};
  CO_TRY_ASSIGN(auto sink, co_await w.replica->begin_body("INBOX", kInboxValidity, server_uid, 0, bytes.size()));
  CO_TRY(co_await sink->write(bytes));
  co_return co_await sink->finish(sync::front_of(booster::crypto::sha256(bytes).bytes));
}

Task<Result<>> sketch_all(World& w) {
  for (;;) {
    CO_TRY_ASSIGN(const bool more, co_await w.replica->sketch());
    if (!more) co_return Result<>();
  }
}

// UIDs, the best one last.
Task<Result<std::string>> like(World& w, std::string octets) {
  CO_TRY_ASSIGN(const Content content, co_await put(w, std::move(octets)));
  CO_TRY_ASSIGN(const auto keys, co_await w.replica->alike(content.digest));
  std::string found;
  for (const sync::ItemKey& key : keys) {
    EXPECT_EQ(key.mailbox, "INBOX");
    EXPECT_EQ(key.uid_validity, kInboxValidity);
    found += (found.empty() ? "" : " ") + std::to_string(key.uid.value);
  }
  co_return found;
}

CORO_TEST(ReplicaLikeness, AForwardAndARevisionAreFoundAndAStrangerIsNot) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 3));
  const std::string document = noise(300'000, 1);
  CO_ASSERT_OK(co_await arrive(w, 1, letter("the document", document)));
  CO_ASSERT_OK(co_await arrive(w, 2, letter("another", noise(200'000, 2))));
  CO_ASSERT_OK(co_await arrive(w, 3, letter("short", noise(2000, 3))));
  EXPECT_EQ((co_await like(w, letter("too early", document))).value(), "");
  CO_ASSERT_OK(co_await sketch_all(w));
  EXPECT_EQ((co_await like(w, letter("Fwd: the document", "look\r\n" + document))).value(), "1");
  const std::string revision = document.substr(0, 100'000) + noise(20'000, 4) + document.substr(130'000);
  EXPECT_EQ((co_await like(w, letter("the next one", revision))).value(), "1");
  EXPECT_EQ((co_await like(w, letter("a stranger", noise(300'000, 5)))).value(), "");
  const std::string both = document.substr(200'000) + noise(200'000, 2);
  EXPECT_EQ((co_await like(w, letter("two of them", both))).value(), "1 2") << "the best one last";
  w.replica.reset();
  CO_ASSERT_OK(co_await open(w));
  EXPECT_FALSE((co_await w.replica->sketch()).value()) << "looked at once";
  EXPECT_EQ((co_await like(w, letter("after a start", document))).value(), "1");
}

CORO_TEST(ReplicaLikeness, WhatTheServerDoesNotHaveIsNotReferredTo) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  const std::string octets = letter("ours", noise(100'000, 1));
  const Content content = (co_await put(w, octets)).value();
  const Flags none;
  CO_ASSERT_OK(co_await w.replica->append("INBOX", content, none, 1'700'000'500, std::int16_t(0)));
  CO_ASSERT_OK(co_await sketch_all(w));
  EXPECT_EQ((co_await like(w, octets)).value(), "") << "on its way";
  sync::OperationResult result;
  result.ticket = (co_await w.replica->next_operations(queue::Sequence(), 1)).value().front().operation.ticket;
  result.code = sync::OperationResult::Code::Done;
  result.target_validity = kInboxValidity;
  result.made.push_back({50});
  CO_ASSERT_OK(co_await w.replica->operation_result(result));
  EXPECT_EQ((co_await like(w, octets)).value(), "50") << "the same content, as another mail";
}

CORO_TEST(ReplicaLikeness, WhatIsEvictedIsNotFound) {
  World w;
  w.options.size_limit = 1;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 2));
  const std::string document = noise(100'000, 1);
  CO_ASSERT_OK(co_await arrive(w, 1, letter("the document", document)));
  CO_ASSERT_OK(co_await sketch_all(w));
  EXPECT_EQ((co_await like(w, letter("before", document))).value(), "1");
  EXPECT_GT((co_await w.replica->evict()).value(), 0U);
  EXPECT_EQ((co_await like(w, letter("after", document))).value(), "");
  // The next content has the number of the one that went.
  CO_ASSERT_OK(co_await arrive(w, 2, letter("another", noise(100'000, 2))));
  EXPECT_EQ((co_await like(w, letter("later", document))).value(), "");
}

// Ranges leave out what is there and not here; nothing is said of UIDs that no message has.
CORO_TEST(ReplicaLikeness, WhatIsHereIsSaidInRanges) {
  World w;
  w.options.size_limit = 1;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 9));
  EXPECT_TRUE((co_await w.replica->held_ranges()).value().empty());
  for (const std::uint32_t uid : {1U, 2U, 3U, 5U, 9U})
    CO_ASSERT_OK(co_await arrive(w, uid, letter("l", noise(500, uid))));
  const std::vector<sync::HeldRanges> held{{"INBOX", kInboxValidity, {{1, 3}, {5, 5}, {9, 9}}}};
  EXPECT_EQ((co_await w.replica->held_ranges()).value(), held);
  w.replica.reset();
  CO_ASSERT_OK(co_await open(w));
  EXPECT_EQ((co_await w.replica->held_ranges()).value(), held);
  EXPECT_GT((co_await w.replica->evict()).value(), 0U);
  EXPECT_TRUE((co_await w.replica->held_ranges()).value().empty());
}

// Larger than what is referred to whole: found by what it repeats.
CORO_TEST(ReplicaLikeness, ALargeMailIsFoundToo) {
  World w;
  CO_ASSERT_OK(co_await open(w));
  CO_ASSERT_OK(co_await fill(w, 1));
  const std::string film = noise(6'000'000, 1);
  CO_ASSERT_OK(co_await arrive(w, 1, letter("the film", film)));
  CO_ASSERT_OK(co_await sketch_all(w));
  EXPECT_EQ((co_await like(w, letter("Fwd: the film", "look\r\n" + film))).value(), "1");
  EXPECT_EQ((co_await like(w, letter("a part", film.substr(5'000'000)))).value(), "1");
  EXPECT_EQ((co_await like(w, letter("a stranger", noise(6'000'000, 5)))).value(), "");
}

}  // namespace
}  // namespace proxy::client::replica
