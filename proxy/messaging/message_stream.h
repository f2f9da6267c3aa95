// MessageStream: property chains over any Stream, batched into compressed blocks. One window each way, for this stream
// alone: one user, one direction, one class. Never for credentials: those pass on control streams (FrameStream).
// Source: PROTOCOL.md §1
#pragma once
#include <memory>

#include "booster/net/stream.h"
#include "booster/runtime/notify.h"
#include "codec/compress/block.h"
#include "codec/property/frame.h"
#include "proxy/messaging/cost.h"
#include "proxy/messaging/mixing_pace.h"
#include "proxy/messaging/mixing_permits.h"

namespace proxy::messaging {

using booster::runtime::Task;
using codec::property::Chain;

using MessageOptions = codec::compress::Coding;

// Many mails on one stream: 8 % fewer octets than the defaults, at 100 MB/s and 11 MiB.
constexpr MessageOptions kBulk{.level = 9, .window_log = 23};
// A mail now and then, for days: the last ones are remembered, in 3 MiB.
constexpr MessageOptions kTrickle{.level = 9, .window_log = 18};

// A mail by itself: little, so thoroughly.
constexpr MessageOptions kAlone{.level = 19, .window_log = 20};
// One with attachments, 50 times as fast.
constexpr MessageOptions kAloneLarge{.level = 9, .window_log = 20};
constexpr std::size_t kLargeAlone = 1100 * 1024;  // octets of content, and of what it is coded against
// Octets of earlier mail that one may be coded against. Mixing learns of the last (mix::kLearned), and sees all.
constexpr std::size_t kReferences = 512 * 1024;
constexpr std::size_t kWholeReferences =
    5 * 1024 * 1024;  // of what repeats much of it: where a long match lies costs nothing

// What stands alone is filled up to a multiple of so many octets: sizes that differ by less look the same.
constexpr std::size_t kPadding = 64;
constexpr std::size_t kPaddingOfLarge = 256;  // above kLarge
constexpr std::size_t kLarge = 4096;

constexpr std::size_t kBatch =
    64 * 1024;  // queued octets after which send() writes; what waits longer than one send is flush()ed by hand

// Whether a peer may make this end hold a context-mixing decoder's memory, and give it the time.
enum class Mixing : std::uint8_t { Refused, Taken };

// Any number of senders, one receiver.
class MessageStream {
 public:
  explicit MessageStream(std::unique_ptr<booster::net::Stream> stream, MessageOptions options = {},
                         Mixing mixing = Mixing::Refused,
                         booster::runtime::CpuClock clock = booster::runtime::read_thread_cpu_clock);
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;

  // Queues and writes at once.   Errors  those of the stream     Cancel  as Stream::write; a block is never cut
  Task<Result<>> send(const Chain& message);
  // Likewise, and says what the message cost.
  Task<Result<Cost>> send_counted(const Chain& message);
  // Queues; writes once kBatch octets wait. What is queued goes out with the next send() or flush().
  Task<Result<>> batch(const Chain& message);
  Task<Result<>> flush();
  // The next message.   Errors  Closed: the peer finished; Protocol, Limit: it misbehaves; those of the stream
  Task<Result<Chain>> receive();

  // What is sent until end_alone() stands by itself: in a window that has seen `references` and the vocabulary, and
  // that nobody else will see; written at once where it is small, and padded. `heads` stand before it as they are.
  // For one sender.
  //   Cancel  the stream is of no more use
  Task<Result<>> begin_alone(const MessageOptions& options, const std::vector<Chain>& heads, Bytes references);
  Task<Result<>> end_alone();
  // The receiver's side of it, before it asks for the message behind the heads.
  void expect(Bytes references) {
    ++referred_;
    decoder_.expect(std::move(references));
  }
  void pass_over() {
    ++not_here_;
    decoder_.pass_over();  // they are not here: nothing comes of what stands alone next
  }

  // From the next message on. Other options than those in use end the window and free its memory.
  Task<Result<>> use(MessageOptions options);
  const MessageOptions& coding() const { return encoder_.coding(); }

  // What context mixing lately gave to the link for its processor time.   nullopt: it has not worked for long enough
  std::optional<booster::session::BitsPerSecond> mixing_pace() const { return pace_.value(); }
  // Whose processor time context mixing on this stream takes; it outlives the stream.
  void charge_mixing_to(MixingPermits* permits) { mixing_ = permits; }

  Task<Result<>> finish();  // flushes, then half-closes
  void close() { stream_->close(); }
  booster::net::Stream& stream() { return *stream_; }

  std::uint64_t raw_sent() const { return cost_sent().raw; }      // octets before compression
  std::uint64_t coded_sent() const { return cost_sent().coded; }  // what went to the stream
  std::uint64_t raw_received() const { return received_.total().raw; }
  std::uint64_t coded_received() const { return coded_received_; }
  std::uint64_t referred() const { return referred_; }  // expect() was called as often, pass_over() as
  std::uint64_t not_here() const { return not_here_; }
  // Of raw_received(), by context mixing.
  std::uint64_t mixed_received() const {
    return received_.total().by[static_cast<std::size_t>(codec::compress::Encoding::Mix)];
  }
  const Cost& cost_sent() const { return sent_.total(); }
  // Of the messages that receive() gave, and of padding that came behind them.
  Cost cost_received() const { return received_.up_to(given_); }
  const Cost& cost_before_last() const { return before_last_; }  // the same before the last message was given
  booster::runtime::CpuClock cpu_clock() const { return clock_; }

 private:
  void queue(const Chain& message);
  Task<Result<>> write_queued();
  Task<Result<>> code_queued();
  const MessageOptions& coding_now() const { return alone_ ? alone_as_ : encoder_.coding(); }
  Task<Result<>> write_coded(Bytes coded);
  Task<Result<std::optional<std::size_t>>> decode(ByteView& coded);
  void count_sent(Cost cost, std::size_t raw, ByteView coded);
  void count_received(std::size_t octets);

  std::unique_ptr<booster::net::Stream> stream_;
  codec::compress::BlockEncoder encoder_;
  codec::compress::BlockDecoder decoder_;
  codec::property::FrameReader frames_;
  booster::runtime::Mutex writing_;
  Bytes queued_;
  bool alone_ = false;
  MessageOptions alone_as_;
  bool large_alone_ = false;  // part of it is written
  Bytes coded_alone_;         // not written yet
  Bytes input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  Bytes raw_;
  std::size_t raw_begin_ = 0;
  booster::runtime::CpuClock clock_;
  MixingPermits* mixing_ = nullptr;
  MixingPace pace_;
  CostCurve sent_;
  std::uint64_t queued_to_ = 0;  // raw octets that were queued, in all
  CostCurve received_;
  Cost before_last_;
  Cost block_;               // of the block that comes in
  std::uint64_t taken_ = 0;  // raw octets that were looked at
  std::uint64_t given_ = 0;  // of these, of messages that receive() gave
  std::uint64_t coded_received_ = 0;
  std::uint64_t referred_ = 0;
  std::uint64_t not_here_ = 0;
};

}  // namespace proxy::messaging
