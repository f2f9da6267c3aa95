#include <gtest/gtest.h>

#include "codec/content/unwrapper.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/sync/control.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/ids.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"
#include "proxy/sync/packed.h"

namespace proxy::sync {
namespace {

using codec::property::Chain;

Chain crossed(const Chain& chain) {
  return *codec::property::decode(codec::property::encode(chain));
}

template <class Variant, class Decode>
void round_trips(const Variant& message, Decode decode) {
  const auto back = decode(crossed(encode(message)));
  ASSERT_TRUE(back) << codec::to_string(back.error());
  EXPECT_TRUE(*back == message) << "alternative " << message.index();
}

// An attachment of so many lines as it stands in a mail.
Bytes base64_lines(std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += std::string(76, static_cast<char>('A' + i % 26)) + "\r\n";
  return codec::to_bytes(lines);
}

Ticket ticket(int value) {
  Ticket result{};
  result[0] = static_cast<std::byte>(value);
  result[15] = std::byte{1};
  return result;
}

Flags some_flags() {
  Flags flags;
  flags.system = Flags::kSeen | Flags::kFlagged;
  flags.keywords = {"$Junk", "blau"};
  return flags;
}

TEST(ControlMessages, CrossUnchanged) {
  LoginRequest login;
  login.account = {3};
  login.address = "alice@mail.test";
  login.password = codec::to_bytes(std::string_view("s\0cret", 6));
  login.probe = true;
  EnrolResult enrolled;
  enrolled.ok = true;
  enrolled.certificate = codec::to_bytes("DER");
  enrolled.addresses = {"alice@mail.test", "bob@mail.test"};
  LoginResult result;
  result.account = {3};
  result.code = LoginResult::Code::NoAgent;
  result.text = "no agent is free";
  for (const ControlMessage& message :
       {ControlMessage(login), ControlMessage(result), ControlMessage(AgentLost{{1}, "died"}),
        ControlMessage(AgentReady{{1}}), ControlMessage(Logoff{{9}}), ControlMessage(enrolled),
        ControlMessage(EnrolRequest{"CODE", "laptop", codec::to_bytes("req")}), ControlMessage(Goodbye{"bye"})})
    round_trips(message, decode_control);
}

TEST(ControlMessages, AnUnknownKindIsUnsupportedNotACrash) {
  Chain chain;
  chain.add(codec::property::Property<codec::property::Type::Unsigned>{1, "kind"}, 4242);
  EXPECT_EQ(decode_control(chain).error().code, Errc::Unsupported);
  EXPECT_EQ(decode_control(Chain()).error().code, Errc::Protocol);
}

TEST(StreamPurposes, CrossUnchangedWithinTheMetadataLimit) {
  StreamPurpose mail;
  mail.account = {7};
  mail.purpose = MailPurpose::Upload;
  EXPECT_TRUE(*decode_purpose(encode_purpose(mail)) == mail);
  StreamPurpose flow;
  flow.lane = Lane::Flow;
  flow.target = std::string(255, 'a') + ":65535";
  EXPECT_TRUE(*decode_purpose(encode_purpose(flow)) == flow);
  EXPECT_LE(encode_purpose(flow).size(), 1024U);
}

TEST(SyncMessages, CrossUnchanged) {
  Vectors vectors;
  vectors.ledger[3] = std::byte{9};
  vectors.mailboxes.push_back({"INBOX", {77}, {101}, {5'000}, 90, {1, 2}, {50}});
  vectors.mailboxes.push_back({"Entwürfe", {78}, {1}, {}, 0, {}, {}});
  vectors.bodies_follow = true;
  round_trips(UpMessage(vectors), decode_up);
  round_trips(UpMessage(Refresh{99}), decode_up);
  RangeStates states;
  states.mailbox = 2;
  states.ranges.push_back({{1}, {50}, 7, {3, 4}});
  states.entries.push_back({{51}, some_flags()});
  round_trips(UpMessage(states), decode_up);
}

TEST(FeedMessages, CrossUnchanged) {
  Folders folders;
  Folder folder;
  folder.name = "Archiv/2026";
  folder.special_use = "\\Archive";
  folder.uid_validity = {5};
  folders.folders = {folder, Folder{}};
  folders.sent_by_server = true;
  round_trips(FeedMessage(folders), decode_feed);
  SkeletonEntry entry{{5}, 1'234, 1'700'000'000, -90, some_flags()};
  round_trips(FeedMessage(Skeleton{1, {5}, {entry}, {6}, {}, 0}), decode_feed);
  round_trips(FeedMessage(Skeleton{1, {5}, {entry}, {6}, {entry.uid}, 4}), decode_feed);
  round_trips(FeedMessage(FlagChanges{1, {{{5}, some_flags()}}}), decode_feed);
  round_trips(FeedMessage(Vanished{1, {{5}, {6}, {9}}}), decode_feed);
  round_trips(FeedMessage(MailboxSynced{1, {5}, {7}, {8}, 9, {10, 11}, {true, false, {"a", "b"}}}), decode_feed);
  Rematch rematch;
  rematch.items = {{{1}, 0xfedcba9876543210, 55}, {{2}, 3, 4'000'000'000}};
  rematch.last = true;
  round_trips(FeedMessage(rematch), decode_feed);
  round_trips(FeedMessage(AskRanges{1, {{{1}, {9}, true}, {{10}, {4'294'967'295}, false}}}), decode_feed);
  Overviews overviews;
  Chain overview;
  overview.add(codec::property::Property<codec::property::Type::Text>{0x200, "x"}, "subject");
  overviews.items.push_back({{9}, overview});
  overviews.items.push_back({{3}, overview});
  overviews.complete_from = {3};
  round_trips(FeedMessage(overviews), decode_feed);
  round_trips(FeedMessage(Confirmed{12}), decode_feed);
  round_trips(FeedMessage(Notice{"the server is away", true}), decode_feed);
}

TEST(FeedMessages, AFlagChangeIsAtMostSixteenBytes) {
  Flags seen;
  seen.system = Flags::kSeen;
  EXPECT_LE(codec::property::encode(encode(FeedMessage(FlagChanges{3, {{{123'456}, seen}}}))).size(), 16U);
}

ItemBlock block_of(std::uint64_t offset, const Bytes& octets) {
  return {offset, codec::content::Unwrapper().unwrap(octets)};
}

TEST(ItemMessages, AnAttachmentCrossesDecoded) {
  const Bytes octets = base64_lines(1000);
  const Chain chain = encode(ItemMessage(block_of(0, octets)));
  EXPECT_LT(codec::property::encode(chain).size(), 57U * 1000 + 50);
  Chain bomb = chain;
  bomb.set(id::kWrittenSize, std::uint64_t{codec::content::kMaxWritten + 1});
  EXPECT_EQ(decode_item(bomb).error().code, Errc::Limit);
}

TEST(ItemMessages, RangesAreFew) {
  std::vector<UidRange> ranges;
  for (std::uint32_t i = 0; i < kMostRanges; ++i) ranges.push_back({2 * i + 1, 2 * i + 1});
  WantNew want;
  want.here = {{"INBOX", {5}, ranges}};
  EXPECT_TRUE(decode_item(encode(ItemMessage(want))));
  want.here.push_back({"Sent", {5}, {{1, 1}}});
  EXPECT_EQ(decode_item(encode(ItemMessage(want))).error().code, Errc::Limit);
  EXPECT_FALSE(unpack_ranges(codec::to_bytes("\xff\xff\xff\xff\x0f\x01"), 9)) << "beyond 32 bits";
  EXPECT_FALSE(unpack_ranges(codec::to_bytes("\x01"), 9)) << "half of one";
}

TEST(ItemMessages, CrossUnchanged) {
  ContentDigest digest{};
  digest[0] = std::byte{1};
  const std::vector<ItemKey> keys{{"INBOX", {5}, {9}}, {"", {0}, {77}}};
  round_trips(ItemMessage(WantItems{"INBOX", {5}, {{9}, {8}, {20}}, 1'000, digest, {}, true}), decode_item);
  round_trips(ItemMessage(WantItems{"INBOX", {5}, {{9}}, 0, {}, keys, false, 0}), decode_item);
  round_trips(ItemMessage(ItemReferences{keys, {keys[1]}, {std::byte{1}, std::byte{2}}}), decode_item);
  round_trips(ItemMessage(ItemReferences{{}, {}, {}, {keys[1], keys[0]}}), decode_item);
  round_trips(ItemMessage(WantItems{"INBOX", {5}, {}, 0, {}, keys, false, 77}), decode_item);
  ItemBlock repeating = block_of(50, codec::to_bytes("octets"));
  repeating.block.repeats = codec::to_bytes("repeats");
  repeating.block.written = 5000;
  round_trips(ItemMessage(repeating), decode_item);
  repeating.block.content.clear();
  round_trips(ItemMessage(repeating), decode_item);
  round_trips(ItemMessage(CancelItems{"INBOX", {5}, {{9}}}), decode_item);
  round_trips(ItemMessage(WantNew{3, 1 << 20, {{"INBOX", {5}, {{9}, {8}}}, {"Sent", {6}, {{1}}}}}), decode_item);
  const std::vector<HeldRanges> here{{"INBOX", {5}, {{1, 4'000'000'000}}}, {"Sent", {6}, {{1, 1}, {3, 9}}}};
  round_trips(ItemMessage(WantNew{3, 1 << 20, {}, here}), decode_item);
  round_trips(ItemMessage(ItemStart{"INBOX", {5}, {9}, {}, 100, 0}), decode_item);
  round_trips(ItemMessage(ItemStart{"", {}, {}, ticket(3), 100, 50}), decode_item);
  round_trips(ItemMessage(block_of(50, codec::to_bytes("octets"))), decode_item);
  round_trips(ItemMessage(block_of(50, base64_lines(100))), decode_item);
  round_trips(ItemMessage(ItemEnd{front_of(digest)}), decode_item);
  round_trips(ItemMessage(ItemFailed{"INBOX", {5}, {9}, true, "expunged", true}), decode_item);
  round_trips(ItemMessage(ItemElsewhere{"INBOX", {5}, {9}}), decode_item);
  round_trips(ItemMessage(UploadFrom{ticket(1), 5, digest}), decode_item);
  round_trips(ItemMessage(UploadStored{ticket(1)}), decode_item);
  EXPECT_FALSE(decode_item(crossed(encode(ItemMessage(
      ItemBlock{0, {{}, {}, Bytes(codec::content::kMaxWritten + 1), {}, codec::content::kMaxWritten + 1}})))));
}

TEST(OperationMessages, CrossUnchanged) {
  Operation store;
  store.ticket = ticket(1);
  store.mailbox = "INBOX";
  store.uid_validity = {5};
  store.items = {{{9}, {}, 0}, {{11}, {}, 0}};
  store.add = some_flags();
  store.remove.system = Flags::kDeleted;
  store.unchanged_since = {77};
  round_trips(OperationMessage(store), decode_operation);
  Operation move = store;
  move.kind = OperationKind::Move;
  move.items.push_back({{}, ticket(9), 2});
  move.target = "Archiv";
  round_trips(OperationMessage(move), decode_operation);
  Operation append;
  append.ticket = ticket(2);
  append.kind = OperationKind::Append;
  append.mailbox = "Sent";
  append.internal_date = -5;
  append.zone_minutes = -600;
  append.size = 3;
  append.octets = codec::to_bytes("abc");
  append.same_as = ticket(3);
  round_trips(OperationMessage(append), decode_operation);
  round_trips(OperationMessage(OperationResult{ticket(1), OperationResult::Code::Done, "ok", {6}, {{7}, {0}, {9}}}),
              decode_operation);
  Submission submission;
  submission.ticket = ticket(4);
  submission.recipients = {{"bob@mail.test", 4, "rfc822;bob@mail.test"}, {"carol@mail.test", 0, ""}};
  submission.utf8 = true;
  submission.ask_when_ambiguous = true;
  submission.ret = "HDRS";
  submission.octets = codec::to_bytes("Subject: x\r\n\r\n");
  round_trips(OperationMessage(submission), decode_operation);
  SubmissionReport report;
  report.ticket = ticket(4);
  report.state = SubmissionState::Failed;
  report.recipients = {{"bob@mail.test", SubmissionState::Done, "250 ok"},
                       {"carol@mail.test", SubmissionState::Failed, "550 no"}};
  report.ambiguous = true;
  round_trips(OperationMessage(report), decode_operation);
  round_trips(OperationMessage(Acknowledge{{ticket(1), ticket(2)}}), decode_operation);
  round_trips(OperationMessage(Decide{ticket(1), Decide::What::TakeAsSent}), decode_operation);
}

}  // namespace
}  // namespace proxy::sync
