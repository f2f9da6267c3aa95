// Uploads: large octets on a stream of their own, by class of size; they go on where the gateway's part ends.
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/offload.h"
#include "booster/runtime/timer.h"
#include "codec/content/unwrapper.h"
#include "codec/refer/prefix.h"
#include "proxy/client/lane.h"
#include "proxy/messaging/coding.h"

namespace proxy::client {

namespace runtime = booster::runtime;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kAttachmentSize = 256 * 1024;  // above: after other mail (DESIGN §6)
constexpr auto kFirstAgain = seconds(2);
constexpr auto kLongestAgain = minutes(5);

}  // namespace

// By size one class later than what a person or the mail's own header gave it.
Class Upward::upload_class(Class of, std::uint64_t size) {
  return size > kAttachmentSize ? queue::one_down(of) : of;
}

void Upward::start_upload(Lane& lane, sync::Ticket ticket, sync::ContentDigest digest, std::uint64_t size, Class of) {
  const auto [at, fresh] = lane.uploading.try_emplace(ticket);
  at->second.of = upload_class(of, size);
  at->second.stopped = false;
  if (!fresh) return;
  at->second.number = ++lane.uploads_begun;
  lane.uploads.spawn("upload", upload(lane, ticket, digest, size));
}

// There is room, and none that waits goes before it.
bool Upward::is_next(const Lane& lane, const Upload& upload) {
  std::size_t running = 0;
  for (const auto& [ticket, other] : lane.uploading) {
    if (other.running) ++running;
    const bool waits = !other.running && !other.stopped;
    if (waits && std::pair(other.of, other.number) < std::pair(upload.of, upload.number)) return false;
  }
  return running < kUploadsAtOnce;
}

// Until it is stored, as long as the lane lives.
Task<Result<>> Upward::upload(Lane& lane, sync::Ticket ticket, sync::ContentDigest digest, std::uint64_t size) {
  Upload& own = lane.uploading.at(ticket);  // ours to erase
  while (!own.stopped && !is_next(lane, own)) CO_TRY(co_await lane.changed.past(lane.changed.count()));
  own.running = true;
  Result<> end = fail(Errc::Conflict, "upload: stopped");
  for (int failures = 0; !own.stopped;) {
    const Class of = own.of;
    end = co_await upload_once(lane, own, ticket, digest, size);
    if (end || end.error().code == Errc::Cancelled || end.error().code == Errc::NotFound) break;
    own.may_refer = own.may_refer || own.stopped || own.of != of;  // it was we who ended it
    if (own.stopped || own.of != of) continue;
    const auto grown = kFirstAgain * (1 << std::min(failures++, 8));
    const Result<> slept = co_await runtime::sleep_for(std::min<runtime::Duration>(grown, kLongestAgain));
    if (!slept) break;
  }
  const bool stopped = own.stopped && !end;
  lane.uploading.erase(ticket);
  lane.changed.raise();
  if (stopped) co_return Result<>();
  if (!end) {
    if (end.error().code == Errc::NotFound) events_.notice(address_, "The octets of a queued mail are missing", true);
    co_return end;
  }
  co_return co_await uploaded(lane, ticket);
}

Task<Result<>> Upward::upload_once(Lane& lane, Upload& as, sync::Ticket ticket, sync::ContentDigest digest,
                                   std::uint64_t size) {
  const Going item{as, as.of, ticket, digest, size};
  CO_TRY_ASSIGN(const std::unique_ptr<MessageStream> stream,
                co_await lane.link.open(lane.account, sync::MailPurpose::Upload, as.of, Class::SendSmall));
  const TrafficMeter meter(*stream, traffic_);
  as.counted = {};
  const Result<> end = co_await upload_on(*stream, item);
  CarriedItem counted = item_up(ticket);
  counted.what = as.counted;
  counted.what.charge(stream->cost_sent());
  if (end) {
    carried_.arrived(std::move(counted));
  } else {
    carried_.tried(counted);
  }
  co_return end;
}

Task<Result<>> Upward::upload_on(MessageStream& stream, const Going& item) {
  if (item.as.raw) {
    messaging::MessageOptions stored;
    stored.encoding = codec::compress::Encoding::Stored;
    CO_TRY(co_await stream.use(stored));
  }
  sync::ItemStart start;
  start.ticket = item.ticket;
  start.size = item.size;
  const sync::ItemMessage first = std::move(start);
  const codec::property::Chain opening = sync::encode(first);
  CO_TRY(co_await stream.send(opening));
  bool referred = false;
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
    CO_TRY_ASSIGN(const sync::ItemMessage answer, sync::decode_item(chain));
    if (std::holds_alternative<sync::UploadStored>(answer)) {
      if (referred) ++traffic_.referred;
      co_return co_await stream.finish();
    }
    if (const auto* failed = std::get_if<sync::ItemFailed>(&answer); failed != nullptr && failed->raw && !item.as.raw) {
      item.as.raw = true;
      item.as.counted.fell_back = 1;
      co_return fail(Errc::Conflict, "upload: other octets came to the gateway");
    }
    const auto* from = std::get_if<sync::UploadFrom>(&answer);
    if (from == nullptr) co_return fail(Errc::Protocol, "upload: neither a place to begin nor the end");
    if (from->offset > item.size) co_return fail(Errc::Protocol, "upload: more is there than was sent");
    if (std::exchange(referred, false)) ++traffic_.not_here;  // the gateway lacks it: once more without
    CO_TRY_ASSIGN(referred, co_await send_octets(stream, item, from->offset));
  }
}

// Whether they refer to something.
Task<Result<bool>> Upward::send_octets(MessageStream& stream, const Going& item, std::uint64_t from) {
  Prefix prefix;
  Repeats repeats;
  if (std::exchange(item.as.may_refer, false) && item.size - from > sync::kInlineOctets) {
    if (item.size > codec::refer::most_octets(codec::refer::Extent::Whole)) {
      CO_TRY_ASSIGN(repeats, co_await repeats_of(item));
    } else {
      CO_TRY_ASSIGN(prefix, co_await prefix_of(item.digest, stream.cpu_clock()));
    }
  }
  item.as.counted.cpu += prefix.cpu;
  const bool refers = !prefix.octets.empty() || !repeats.sources.empty();
  if (refers) {
    item.as.counted.references += prefix.references.whole.size() + repeats.sources.size();
    item.as.counted.referred += prefix.octets.size() + repeats.of.octets;
    prefix.references.sources = repeats.sources;
    CO_TRY(co_await send_alone(stream, item, from, std::move(prefix), std::move(repeats)));
  } else {
    CO_TRY(co_await send_blocks(stream, item, from, std::move(repeats)));
  }
  co_return refers;
}

// What both ends hold and the item repeats, the best of it last: nearest to the item. None is no trouble: it goes up
// plainly.
Task<Result<Upward::Prefix>> Upward::prefix_of(sync::ContentDigest digest, booster::runtime::CpuClock clock) {
  using codec::refer::Extent;
  Prefix prefix;
  Result<std::vector<sync::ItemKey>> alike = co_await store_.alike(digest);
  if (!alike && alike.error().code == Errc::Cancelled) co_return tl::unexpected(alike.error());
  if (!alike) co_return prefix;
  std::vector<Bytes> contents;
  std::size_t octets = 0;
  for (auto key = alike->rbegin(); key != alike->rend(); ++key) {
    BodyKey of{key->mailbox, key->uid_validity, key->uid};
    // One octet more tells that the mail goes on.
    const Result<Bytes> body =
        co_await store_.body_octets(std::move(of), 0, codec::refer::most_octets(Extent::Whole) + 1);
    if (!body && body.error().code == Errc::Cancelled) co_return tl::unexpected(body.error());
    if (!body) continue;
    Bytes content;
    const auto append = [&] {
      const auto job = [&] { return codec::refer::append_reference(*body, Extent::Whole, content); };
      return booster::runtime::timed(clock, prefix.cpu, job);
    };
    const Result<> appended = co_await booster::runtime::offload(append);
    if (!appended || content.empty() || octets + content.size() > messaging::kWholeReferences) continue;
    octets += content.size();
    contents.push_back(std::move(content));
    prefix.references.whole.push_back(std::move(*key));
  }
  std::reverse(prefix.references.whole.begin(), prefix.references.whole.end());
  prefix.octets.reserve(octets);
  for (auto content = contents.rbegin(); content != contents.rend(); ++content)
    prefix.octets.insert(prefix.octets.end(), content->begin(), content->end());
  co_return prefix;
}

// Where it ends early the stream is given up with it.
Task<Result<>> Upward::send_alone(MessageStream& stream, const Going& item, std::uint64_t from, Prefix prefix,
                                  Repeats repeats) {
  const messaging::Alone alone{static_cast<std::size_t>(item.size - from), prefix.octets.size()};
  const auto check = [&octets = prefix.octets] { return booster::crypto::sha256(octets); };
  const booster::crypto::Digest whole = co_await booster::runtime::offload(check);
  std::copy_n(whole.bytes.begin(), prefix.references.check.size(), prefix.references.check.begin());
  const sync::ItemMessage references = std::move(prefix.references);
  std::vector<codec::property::Chain> heads;
  heads.push_back(sync::encode(references));
  const messaging::MessageOptions coding = messaging::unmixed(alone);
  CO_TRY(co_await stream.begin_alone(coding, heads, std::move(prefix.octets)));
  CO_TRY(co_await send_blocks(stream, item, from, std::move(repeats)));
  co_return co_await stream.end_alone();
}

// Ends early when a person stopped it or gave it another class: it goes on there, from the same octet.
Task<Result<>> Upward::send_blocks(MessageStream& stream, const Going& item, std::uint64_t from, Repeats repeats) {
  codec::content::Unwrapper unwrapper;
  const booster::runtime::CpuClock clock = stream.cpu_clock();
  Carried& counted = item.as.counted;
  while (from < item.size) {
    if (item.as.stopped || item.as.of != item.of) co_return fail(Errc::Conflict, "upload: a person ordered it anew");
    // One more than a piece tells whether it is the last.
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(codec::content::kPiece + 1, item.size - from));
    CO_TRY_ASSIGN(const Bytes octets, co_await store_.content(item.digest, from, count));
    if (octets.empty()) co_return fail(Errc::NotFound, "upload: the content is shorter than it was");
    const ByteView piece = ByteView(octets).first(codec::content::next_piece(octets));
    const auto look = [&unwrapper, &counted, &item, &repeats, piece, from, clock] {
      sync::ItemBlock block{from, {}};
      const auto unwrap = [&] {
        return item.as.raw ? codec::content::as_written(piece) : repeats.of.block(from, piece, unwrapper);
      };
      block.block = booster::runtime::timed(clock, counted.cpu, unwrap);
      counted.count(block.block);
      return sync::encode(sync::ItemMessage(std::move(block)));
    };
    const codec::property::Chain chain = co_await booster::runtime::offload(look);
    from += piece.size();
    CO_TRY(co_await stream.send(chain));
  }
  sync::ItemEnd end;
  end.digest = sync::front_of(item.digest);
  const sync::ItemMessage message = end;
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await stream.send(chain);
}

// What waited for its octets goes on: an append in its order, a submission at once.
Task<Result<>> Upward::uploaded(Lane& lane, sync::Ticket ticket) {
  if (lane.waiting_for_octets.erase(ticket) > 0) {
    lane.sent_to = Sequence{};
    lane.changed.raise();
    co_return Result<>();
  }
  const auto found = lane.submissions.find(ticket);
  if (found == lane.submissions.end()) co_return Result<>();
  sync::Submission message = found->second.submission;
  co_return co_await send(lane, std::move(message));
}

}  // namespace proxy::client
