// Octets that come up: against mail at the mail server where they refer to it, plainly where it is not there.
#include "proxy/gateway/agent/upload.h"

#include "codec/content/unwrapper.h"
#include "tests/codec/repeat/mails.h"
#include "tests/proxy/gateway/agent/submission_world.h"

namespace proxy::gateway::agent {
namespace {

using messaging::MessageStream;

Bytes scattered(std::size_t size, std::uint32_t seed) {
  Bytes octets(size);
  for (std::byte& octet : octets) {
    seed = seed * 1664525 + 1013904223;
    octet = static_cast<std::byte>(seed >> 24);
  }
  return octets;
}

const sync::ItemKey kHeldMail{"INBOX", {7}, {3}};

// An agent's end of Upload streams, and a client that says what a test makes it say.
struct Wharf {
  explicit Wharf(runtime::Loop& loop)
      : access(loop, dialer),
        disk(disk::make_posix_disk()),
        tickets(*TicketFile::open(*disk, folder.path(), "alice")),
        item(scattered(2000, 1)) {
    const Bytes held = scattered(200'000, 2);
    access.mails[kHeldMail] = held;
    item.insert(item.end(), held.begin(), held.end());
    ticket[0] = std::byte{1};
  }
  sync::ItemReferences references() const {
    sync::ItemReferences made;
    made.whole.push_back(kHeldMail);
    const auto digest = booster::crypto::sha256(scattered(200'000, 2));
    std::copy_n(digest.bytes.begin(), made.check.size(), made.check.begin());
    return made;
  }

  NoImap dialer;
  TestAccess access;
  disk::TempDirectory folder{disk::TempDirectory::quick()};
  std::shared_ptr<disk::Disk> disk;
  Tickets tickets;
  std::uint32_t referring = 0;  // uploads beside this one
  Bytes item;
  Ticket ticket{};
};

Task<Result<>> say(MessageStream& stream, sync::ItemMessage message) {
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await stream.send(chain);
}

Task<Result<sync::ItemMessage>> hear(MessageStream& stream) {
  CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
  co_return sync::decode_item(chain);
}

Task<Result<std::uint64_t>> say_start(Wharf& wharf, MessageStream& stream) {
  sync::ItemStart start;
  start.ticket = wharf.ticket;
  start.size = wharf.item.size();
  CO_TRY(co_await say(stream, std::move(start)));
  CO_TRY_ASSIGN(const sync::ItemMessage answer, co_await hear(stream));
  co_return std::get<sync::UploadFrom>(answer).offset;
}

Task<Result<>> say_octets(Wharf& wharf, MessageStream& stream, std::size_t from = 0) {
  codec::content::Unwrapper unwrapper;
  for (std::size_t at = from; at < wharf.item.size();) {
    const ByteView rest = ByteView(wharf.item).subspan(at);
    const ByteView piece = rest.first(codec::content::next_piece(rest));
    sync::ItemBlock block;
    block.offset = at;
    block.block = unwrapper.unwrap(piece);
    CO_TRY(co_await say(stream, std::move(block)));
    at += piece.size();
  }
  sync::ItemEnd end;
  end.digest = sync::front_of(booster::crypto::sha256(wharf.item).bytes);
  co_return co_await say(stream, end);
}

Task<Result<>> say_octets_alone(Wharf& wharf, MessageStream& stream) {
  const sync::ItemMessage references = wharf.references();
  std::vector<codec::property::Chain> heads;
  heads.push_back(sync::encode(references));
  CO_TRY(co_await stream.begin_alone(messaging::kAlone, heads, scattered(200'000, 2)));
  CO_TRY(co_await say_octets(wharf, stream));
  co_return co_await stream.end_alone();
}

// What the agent makes of `client`.
Task<Result<>> at_wharf(runtime::Loop& loop, Wharf& wharf, Task<Result<>> (*client)(Wharf&, MessageStream&)) {
  net::MemoryPair pair = net::make_memory_pair(loop);
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope tasks(loop, *here.scope, [](const std::string&, const Error&) {});
  MessageStream stream(std::move(pair.client));
  tasks.spawn("client", client(wharf, stream));
  Result<> served;
  {
    Upload upload(wharf.access, wharf.tickets, wharf.referring, std::move(pair.server));
    served = co_await upload.serve();
  }
  tasks.cancel();
  co_await tasks.join();
  EXPECT_TRUE(wharf.referring == 0 || wharf.referring == kReferringUploads) << "none is left";
  co_return served;
}

Task<Result<Bytes>> spooled(Wharf& wharf) {
  auto job = [&wharf](TicketFile& file) -> Result<Bytes> {
    Bytes octets(wharf.item.size());
    TRY_ASSIGN(const std::size_t size, file.spool().read(wharf.ticket, 0, octets));
    octets.resize(size);
    return octets;
  };
  co_return co_await wharf.tickets.run(std::move(job));
}

Task<Result<>> send_other_octets(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  const Bytes meant = wharf.item;
  wharf.item[7] ^= std::byte{1};
  sync::ItemBlock block;
  block.block = codec::content::as_written(ByteView(wharf.item).first(1000));
  CO_TRY(co_await say(stream, std::move(block)));
  block = {};
  block.offset = 1000;
  block.block = codec::content::as_written(ByteView(wharf.item).subspan(1000, 60'000));
  CO_TRY(co_await say(stream, std::move(block)));
  block = {};
  block.offset = 61'000;
  block.block = codec::content::as_written(ByteView(wharf.item).subspan(61'000));
  CO_TRY(co_await say(stream, std::move(block)));
  sync::ItemEnd end;
  end.digest = sync::front_of(booster::crypto::sha256(meant).bytes);
  CO_TRY(co_await say(stream, end));
  CO_TRY_ASSIGN(const sync::ItemMessage failed, co_await hear(stream));
  EXPECT_TRUE(std::get<sync::ItemFailed>(failed).raw);
  co_return Result<>();
}

Task<Result<>> send_a_forward(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  CO_TRY(co_await say_octets_alone(wharf, stream));
  CO_TRY_ASSIGN(const sync::ItemMessage stored, co_await hear(stream));
  EXPECT_TRUE(std::holds_alternative<sync::UploadStored>(stored));
  EXPECT_LT(stream.coded_sent(), 4000U);
  co_return co_await stream.finish();
}
CORO_TEST(Uploading, OctetsAreReadAgainstAMailAtTheServer) {
  Wharf wharf(loop);
  CO_ASSERT_OK(co_await at_wharf(loop, wharf, send_a_forward));
  EXPECT_EQ((co_await spooled(wharf)).value(), wharf.item);
  EXPECT_EQ(wharf.access.up.items, 1U);
  EXPECT_EQ(wharf.access.up.referring, 1U);
  EXPECT_EQ(wharf.access.up.raw, wharf.item.size());
  EXPECT_LT(wharf.access.up.coded, 4000U);
}

CORO_TEST(Uploading, OtherOctetsAreAskedForRawAndCounted) {
  Wharf wharf(loop);
  (void)co_await at_wharf(loop, wharf, send_other_octets);
  EXPECT_EQ(wharf.access.up.fell_back, 1U);
  EXPECT_EQ(wharf.access.up.items, 0U);
  EXPECT_EQ(wharf.access.up.raw, wharf.item.size());
}

Task<Result<>> send_twice(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  CO_TRY(co_await say_octets_alone(wharf, stream));
  CO_TRY_ASSIGN(const sync::ItemMessage again, co_await hear(stream));
  const auto* const from = std::get_if<sync::UploadFrom>(&again);
  EXPECT_TRUE(from != nullptr && from->ticket == wharf.ticket && from->offset == 0);
  CO_TRY(co_await say_octets(wharf, stream));
  CO_TRY_ASSIGN(const sync::ItemMessage stored, co_await hear(stream));
  EXPECT_TRUE(std::holds_alternative<sync::UploadStored>(stored));
  co_return co_await stream.finish();
}
CORO_TEST(Uploading, WhatIsNotAtTheServerOrIsAnotherIsAskedForPlainly) {
  for (const bool gone : {false, true}) {
    Wharf wharf(loop);
    wharf.access.mails[kHeldMail] = scattered(200'000, 9);
    if (gone) wharf.access.mails.clear();
    CO_ASSERT_OK(co_await at_wharf(loop, wharf, send_twice));
    EXPECT_EQ((co_await spooled(wharf)).value(), wharf.item);
  }
}

CORO_TEST(Uploading, SoManyReferAtOnceAndNoMore) {
  Wharf wharf(loop);
  wharf.referring = kReferringUploads;
  CO_ASSERT_OK(co_await at_wharf(loop, wharf, send_twice));
  EXPECT_EQ((co_await spooled(wharf)).value(), wharf.item);
}

sync::ItemReferences sources_of(std::uint32_t uid) {
  sync::ItemReferences made;
  made.sources.push_back({"INBOX", {7}, {uid}});
  const auto nothing = booster::crypto::sha256(ByteView());
  std::copy_n(nothing.bytes.begin(), made.check.size(), made.check.begin());
  return made;
}

// All of the held mail's octets, which the client takes for `held`, as repeats.
Task<Result<>> say_repeats(Wharf& wharf, MessageStream& stream, std::uint32_t uid, Bytes held) {
  const sync::ItemMessage references = sources_of(uid);
  std::vector<codec::property::Chain> heads;
  heads.push_back(sync::encode(references));
  CO_TRY(co_await stream.begin_alone(messaging::kAlone, heads, Bytes()));
  const std::map<codec::repeat::Source, Bytes> sources{{1, std::move(held)}};
  const codec::repeat::Outline outline = codec::repeat::outline_of(wharf.item, 1);
  codec::repeat::ItemRepeats repeats(outline, codec::repeat::matches_of(outline, sources));
  codec::content::Unwrapper unwrapper;
  std::size_t content = 0;
  for (std::size_t at = 0; at < wharf.item.size();) {
    const ByteView rest = ByteView(wharf.item).subspan(at);
    const ByteView piece = rest.first(codec::content::next_piece(rest));
    sync::ItemBlock block;
    block.offset = at;
    block.block = repeats.block(at, piece, unwrapper);
    content += block.block.content.size();
    CO_TRY(co_await say(stream, std::move(block)));
    at += piece.size();
  }
  EXPECT_LT(content, wharf.item.size() / 4);
  sync::ItemEnd end;
  end.digest = sync::front_of(booster::crypto::sha256(wharf.item).bytes);
  CO_TRY(co_await say(stream, end));
  co_return co_await stream.end_alone();
}

Task<Result<>> expect_stored(Wharf& wharf, MessageStream& stream) {
  CO_TRY_ASSIGN(const sync::ItemMessage answer, co_await hear(stream));
  EXPECT_TRUE(std::holds_alternative<sync::UploadStored>(answer));
  EXPECT_EQ((co_await spooled(wharf)).value(), wharf.item);
  co_return co_await stream.finish();
}

Task<Result<>> repeat_what_is_there(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  Bytes held = wharf.access.mails.at(kHeldMail);
  CO_TRY(co_await say_repeats(wharf, stream, 3, std::move(held)));
  co_return co_await expect_stored(wharf, stream);
}
CORO_TEST(Uploading, WhatIsRepeatedComesFromTheMailServer) {
  Wharf wharf(loop);
  CO_ASSERT_OK(co_await at_wharf(loop, wharf, repeat_what_is_there));
  EXPECT_EQ(wharf.access.up.references, 1U);
}

// What it repeats is not there: said once more, without.
Task<Result<>> repeat_what_is_gone(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  Bytes held = wharf.access.mails.at(kHeldMail);
  CO_TRY(co_await say_repeats(wharf, stream, 99, std::move(held)));
  CO_TRY_ASSIGN(const sync::ItemMessage again, co_await hear(stream));
  EXPECT_EQ(std::get<sync::UploadFrom>(again).offset, 0U);
  CO_TRY(co_await say_octets(wharf, stream));
  co_return co_await expect_stored(wharf, stream);
}
CORO_TEST(Uploading, WhatRepeatsAMailThatIsGoneComesPlainly) {
  Wharf wharf(loop);
  CO_ASSERT_OK(co_await at_wharf(loop, wharf, repeat_what_is_gone));
}

// The mail there is another from its middle on: the item goes on plainly from where it was right.
Task<Result<>> repeat_what_differs(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  Bytes held = wharf.access.mails.at(kHeldMail);
  wharf.access.mails.at(kHeldMail)[150'000] ^= std::byte{1};
  CO_TRY(co_await say_repeats(wharf, stream, 3, std::move(held)));
  CO_TRY_ASSIGN(const sync::ItemMessage again, co_await hear(stream));
  const std::uint64_t offset = std::get<sync::UploadFrom>(again).offset;
  EXPECT_GT(offset, 60'000U);
  EXPECT_LT(offset, 152'000U);
  CO_TRY(co_await say_octets(wharf, stream, static_cast<std::size_t>(offset)));
  co_return co_await expect_stored(wharf, stream);
}
CORO_TEST(Uploading, WhatRepeatsAnotherMailGoesOnPlainly) {
  Wharf wharf(loop);
  CO_ASSERT_OK(co_await at_wharf(loop, wharf, repeat_what_differs));
}

Task<Result<>> repeat_nothing_named(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  sync::ItemBlock block;
  block.block.repeats = codec::to_bytes(std::string("\x00\x00\x00\x09\x00\x00\x00\x07", 8));
  block.block.written = 9;
  co_return co_await say(stream, std::move(block));
}
CORO_TEST(Uploading, RepeatsOfNothingAreRefused) {
  Wharf wharf(loop);
  const Result<> served = co_await at_wharf(loop, wharf, repeat_nothing_named);
  CO_ASSERT_TRUE(!served);
  EXPECT_EQ(served.error().code, Errc::Protocol);
}

Task<Result<>> refer_to_nothing_begun(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say(stream, wharf.references()));
  co_return Result<>();
}
Task<Result<>> refer_twice(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  CO_TRY(co_await say(stream, wharf.references()));
  co_return co_await say(stream, wharf.references());
}
Task<Result<>> refer_in_the_middle(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  sync::ItemBlock block;
  block.block.content = scattered(100, 1);
  block.block.written = 100;
  CO_TRY(co_await say(stream, std::move(block)));
  co_return co_await say(stream, wharf.references());
}
Task<Result<>> refer_again_when_refused(Wharf& wharf, MessageStream& stream) {
  CO_TRY(co_await say_start(wharf, stream));
  sync::ItemReferences unknown = wharf.references();
  unknown.whole.front().uid = {99};
  CO_TRY(co_await say(stream, std::move(unknown)));
  CO_TRY(co_await hear(stream));
  co_return co_await say(stream, wharf.references());
}
CORO_TEST(Uploading, ReferencesStandOnceAndBeforeAnythingElse) {
  for (auto* const client : {refer_to_nothing_begun, refer_twice, refer_in_the_middle, refer_again_when_refused}) {
    Wharf wharf(loop);
    const Result<> served = co_await at_wharf(loop, wharf, client);
    CO_ASSERT_TRUE(!served);
    EXPECT_EQ(served.error().code, Errc::Protocol);
  }
}

}  // namespace
}  // namespace proxy::gateway::agent
