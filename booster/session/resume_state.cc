#include "booster/session/resume_state.h"

#include "booster/session/handshake_chain.h"

namespace booster::session {
namespace {

// unseen = count:varint *(gap:varint)           gap: from the last ordinal, the first from 0
Result<std::vector<std::uint64_t>> read_unseen(ByteReader& in, std::uint64_t seen) {
  std::vector<std::uint64_t> unseen;
  TRY_ASSIGN(const std::uint64_t count, in.varint());
  if (count > in.left()) return fail(Errc::Protocol, "resume: more gaps than bytes");
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const std::uint64_t gap, in.varint());
    if (gap > kMaxOffset || next + gap >= seen) return fail(Errc::Protocol, "resume: a gap beyond what was seen");
    unseen.push_back(next + gap);
    next += gap + 1;
  }
  return unseen;
}

// live = count:varint *(gap:varint mark:varint)     mark: twice the mark, plus one when the stream's opening is known
Result<std::vector<ResumeState::Live>> read_live(ByteReader& in) {
  std::vector<ResumeState::Live> streams;
  TRY_ASSIGN(const std::uint64_t count, in.varint());
  if (count > in.left() / 2) return fail(Errc::Protocol, "resume: more streams than bytes");
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const std::uint64_t gap, in.varint());
    TRY_ASSIGN(const std::uint64_t mark, in.varint());
    if (gap > kMaxOffset || next + gap > kMaxOffset || mark / 2 > kMaxOffset + 1) {
      return fail(Errc::Protocol, "resume: offset too high");
    }
    streams.push_back({{next + gap}, mark / 2, mark % 2 == 1});
    next += gap + 1;
  }
  return streams;
}

}  // namespace

// state = opened:varint seen:varint unseen live
Bytes encode_resume_state(const ResumeState& state) {
  Bytes packed;
  ByteWriter out(packed);
  out.varint(state.opened);
  out.varint(state.seen);
  out.varint(state.unseen.size());
  std::uint64_t next = 0;
  for (const std::uint64_t ordinal : state.unseen) {
    out.varint(ordinal - next);
    next = ordinal + 1;
  }
  out.varint(state.live.size());
  next = 0;
  for (const ResumeState::Live& live : state.live) {
    out.varint(live.stream.value - next);
    out.varint(live.mark * 2 + (live.opened ? 1 : 0));
    next = live.stream.value + 1;
  }
  ChainBuilder chain(Kind::ResumeState);
  chain.bytes(Field::Resume, packed);
  return chain.take();
}

Result<ResumeState> decode_resume_state(ByteView bytes) {
  if (bytes.size() > kMaxResumeState) return fail(Errc::Limit, "resume: state too long");
  TRY_ASSIGN(const ChainFields fields, ChainFields::parse(bytes));
  TRY(fields.expect(Kind::ResumeState));
  TRY_ASSIGN(const Bytes packed, fields.bytes(Field::Resume, kMaxResumeState));
  ByteReader in(packed);
  ResumeState state;
  TRY_ASSIGN(state.opened, in.varint());
  TRY_ASSIGN(state.seen, in.varint());
  if (state.opened > kMaxOffset || state.seen > kMaxOffset) return fail(Errc::Protocol, "resume: too many streams");
  TRY_ASSIGN(state.unseen, read_unseen(in, state.seen));
  TRY_ASSIGN(state.live, read_live(in));
  if (!in.empty()) return fail(Errc::Protocol, "resume: bytes after the end");
  return state;
}

}  // namespace booster::session
