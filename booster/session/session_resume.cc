// From one carrier to the next.                                                            Source: PROTOCOL.md §6
#include <algorithm>

#include "booster/session/session.h"
#include "booster/session/stream_state.h"

namespace booster::session {

Bytes Session::resume_state() const {
  ResumeState state;
  state.opened = next_ordinal_;
  state.seen = peer_ordinal_;
  state.unseen.assign(unseen_.begin(), unseen_.end());
  for (const auto& [id, stream] : streams_) {
    state.live.push_back({.stream = {id}, .mark = stream->receive.mark(), .opened = stream->opened});
  }
  std::sort(state.live.begin(), state.live.end());
  return encode_resume_state(state);
}

// What the peer says of its streams and ours must fit what we know.
Result<> Session::check_resume(const ResumeState& state) const {
  const auto impossible = [](const char* why) { return fail(Errc::Protocol, std::string("resume: ") + why); };
  if (state.seen > next_ordinal_) return impossible("a stream was seen that was never opened");
  if (state.opened < peer_ordinal_) return impossible("streams were forgotten");
  if (state.opened > streams_granted_) return impossible("more streams than were allowed");
  if (state.live.empty() || state.live.front().stream != kControlStream) return impossible("no control stream");
  for (const ResumeState::Live& live : state.live) {
    if (live.stream == kControlStream) continue;
    const std::uint64_t number = ordinal(live.stream);
    const bool known = is_ours(live.stream) ? number < state.seen : number < state.opened;
    if (!known) return impossible("a live stream that was never opened");
    if (!is_ours(live.stream) || find(live.stream) != nullptr) continue;
    if (std::binary_search(state.unseen.begin(), state.unseen.end(), number)) return impossible("live and unseen");
  }
  return {};
}

Result<> Session::resume_stream(StreamState& stream, const ResumeState& state) {
  const auto at = std::lower_bound(state.live.begin(), state.live.end(), stream.id,
                                   [](const ResumeState::Live& live, StreamId id) { return live.stream < id; });
  const bool live = at != state.live.end() && at->stream == stream.id;
  if (live) {
    if (at->mark < stream.send.acked_to()) return fail(Errc::Protocol, "resume: acknowledged bytes were forgotten");
    if (at->mark > 0) TRY(stream.send.on_mark(at->mark));
    stream.send.rewind(at->opened);
    return {};
  }
  const std::uint64_t number = ordinal(stream.id);
  const bool never_seen = is_ours(stream.id) && (number >= state.seen ||
                                                 std::binary_search(state.unseen.begin(), state.unseen.end(), number));
  if (never_seen) {
    if (stream.send.anything_acked()) return fail(Errc::Protocol, "resume: a stream was forgotten");
    stream.send.rewind(false);
    return {};
  }
  // Over at the peer: both directions had ended and all had arrived there, and here.
  if (!stream.send.ended_at_peer() || !stream.receive.complete()) {
    return fail(Errc::Protocol, "resume: a stream was given up before its end");
  }
  return stream.send.on_mark(stream.send.final_size() + 1);
}

Result<> Session::on_resume_state(ByteView bytes) {
  if (closed_) return fail(Errc::Closed, "resume: session has ended");
  Result<ResumeState> state = decode_resume_state(bytes);
  if (!state) return tl::unexpected(close_on(std::move(state).error()));
  Result<> checked = check_resume(*state);
  if (!checked) return tl::unexpected(close_on(std::move(checked).error()));

  std::vector<std::uint64_t> ids;
  for (const auto& [id, stream] : streams_) ids.push_back(id);
  for (const std::uint64_t id : ids) {
    StreamState& stream = *find({id});
    const bool was_over = stream.send.over();
    const std::size_t before = stream.send.buffered();
    const std::uint64_t outstanding = stream.send.outstanding();
    Result<> resumed = resume_stream(stream, *state);
    if (!resumed) return tl::unexpected(close_on(std::move(resumed).error()));
    unacked_total_ = unacked_total_ - outstanding + stream.send.outstanding();

    stream.unacknowledged = 0;
    stream.max_data_due = stream.receive.granted() > limits_.stream_window && !stream.receive.final_size();
    stream.stop_due = stream.stop.has_value() && !stream.receive.complete();
    if (stream.max_data_due || stream.stop_due || stream.send.reset_error()) control_due_.insert(id);
    release_send(stream, before);
    refresh(stream);
    if (!was_over && stream.send.ended_well()) tell(stream, tells::kAllAcked);
    drop_if_over(stream);
  }
  max_data_due_ = data_granted_ > limits_.session_window;
  max_streams_due_ = streams_granted_ > limits_.streams;
  wake_writers();
  return {};
}

}  // namespace booster::session
