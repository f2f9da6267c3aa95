#include "codec/container/stream_closer.h"

#include <algorithm>

namespace codec::container {

// Where in a run's lists we are.
struct StreamCloser::Cursor {
  explicit Cursor(const StreamRun& of, std::size_t octets) : run(of), most(octets), heads_left(of.blocks) {}

  const StreamRun& run;
  std::size_t most;  // octets
  std::size_t heads_left;
  std::size_t head = 0, end = 0, token = 0;                       // the next correction
  std::size_t heads_right = 0, ends_right = 0, tokens_right = 0;  // right answers since the last one

  // The next correction of a list, if it is due now.
  template <class Entry>
  static const Entry* due(const std::vector<Entry>& list, std::size_t& at, std::size_t& right) {
    if (at >= list.size() || list[at].gap != right) {
      ++right;
      return nullptr;
    }
    right = 0;
    return &list[at++];
  }
  bool is_last() const { return heads_left == 0 && run.end == StreamEnd::Ends; }
  bool done() const { return head == run.heads.size() && end == run.ends.size() && token == run.tokens.size(); }
};

void StreamCloser::put_bits(ByteView bits, std::size_t count) {
  BitReader in(bits);
  for (std::size_t left = count; left > 0;) {
    const auto step = static_cast<unsigned>(std::min<std::size_t>(left, 16));
    out_.put(in.take(step), step);
    left -= step;
  }
}

Result<> StreamCloser::begin_block(Cursor& cursor) {
  --cursor.heads_left;
  open_ = true;
  count_ = 0;
  due_.reset();
  const HeadCorrection* correction = Cursor::due(cursor.run.heads, cursor.head, cursor.heads_right);
  if (correction == nullptr || correction->built) {
    head_is_due_ = true;
    type_ = BlockType::Dynamic;
    if (correction != nullptr) due_ = correction->head;
    return {};
  }
  const BlockHead& head = correction->head;
  head_is_due_ = false;
  type_ = head.type;
  out_.put(head.last ? 1 : 0, 1);
  out_.put(static_cast<std::uint32_t>(head.type), 2);
  if (head.type == BlockType::Stored) {
    out_.align(head.padding);
    const auto size = static_cast<std::uint32_t>(head.stored);
    out_.put(size, 16);
    out_.put(size ^ 0xffff, 16);
    stored_left_ = head.stored;
    return {};
  }
  CodeLengths lengths = fixed_code_lengths();
  if (head.type == BlockType::Dynamic) {
    BitReader in(head.codes);
    const auto read = read_code_lengths(in);
    if (!read || in.ran_out()) return fail(Errc::Protocol, "recipe: code lengths that are none");
    put_bits(head.codes, in.position());
    lengths = *read;
  }
  literals_.emplace(lengths.literal);
  distances_.emplace(lengths.distance);
  return {};
}

Result<bool> StreamCloser::go_on_stored() {
  const std::size_t count = std::min(stored_left_, model_.left());
  for (const std::byte octet : model_.coming(count)) out_.put(std::to_integer<std::uint32_t>(octet), 8);
  if (stored_left_ == 0) model_.flush();
  if (count > 0) model_.pass(count);
  stored_left_ -= count;
  return stored_left_ == 0;
}

Result<Token> StreamCloser::next_token(Cursor& cursor) {
  using Way = TokenCorrection::Way;
  Token token = model_.predict();
  if (const TokenCorrection* correction = Cursor::due(cursor.run.tokens, cursor.token, cursor.tokens_right)) {
    std::size_t distance = correction->value;
    if (correction->way == Way::Literal) return model_.literal();
    if (correction->length > model_.left()) return fail(Errc::Protocol, "recipe: a match longer than the text");
    if (correction->way == Way::SameDistance) distance = token.distance;
    if (correction->way == Way::Hops) {
      distance = model_.distance_at(correction->length, correction->value).value_or(0);
    }
    token = {static_cast<std::uint16_t>(correction->length), static_cast<std::uint16_t>(distance)};
    if (distance == 0 || !model_.reaches(distance)) return fail(Errc::Protocol, "recipe: no such distance");
  }
  return token;
}

Result<> StreamCloser::put_built_head(Cursor& cursor) {
  Frequencies frequencies;
  for (const Token& token : tokens_) frequencies.add(token);
  BlockCodes codes = choose_codes(frequencies, model_.fixed_only());
  bool last = cursor.is_last();
  if (due_) {
    last = due_->last;
    if (due_->type != codes.type) codes = codes_of(frequencies, due_->type);
  }
  out_.put(last ? 1 : 0, 1);
  out_.put(static_cast<std::uint32_t>(codes.type), 2);
  if (codes.type == BlockType::Dynamic) write_code_lengths(out_, codes.lengths);
  literals_.emplace(codes.lengths.literal);
  distances_.emplace(codes.lengths.distance);
  head_is_due_ = false;
  return {};
}

void StreamCloser::put_tokens() {
  for (const Token& token : tokens_) {
    if (!token.is_match()) {
      literals_->put(out_, token.value);
      continue;
    }
    const Symbol& length = length_symbol(token.value);
    literals_->put(out_, length.code);
    out_.put(static_cast<std::uint32_t>(token.value - length.base), length.extra);
    const Symbol& distance = distance_symbol(token.distance);
    distances_->put(out_, distance.code);
    out_.put(static_cast<std::uint32_t>(token.distance - distance.base), distance.extra);
  }
  tokens_.clear();
}

// True: the block ends.
Result<bool> StreamCloser::go_on_coded(Cursor& cursor) {
  const bool to_the_end = cursor.is_last();
  std::size_t limit = SIZE_MAX;
  if (!to_the_end) {
    if (count_ <= model_.search().block_tokens) limit = model_.search().block_tokens;
    if (const EndCorrection* end = Cursor::due(cursor.run.ends, cursor.end, cursor.ends_right)) {
      limit = end->tokens;
      if (limit < count_) return fail(Errc::Protocol, "recipe: a block that ends before it");
    }
  }
  tokens_.clear();
  while (model_.left() > 0 && count_ < limit) {
    TRY_ASSIGN(const Token token, next_token(cursor));
    model_.accept(token);
    if (model_.work() > most_work_) return fail(Errc::Protocol, "recipe: too much work");
    tokens_.push_back(token);
    ++count_;
  }
  const bool ends = to_the_end || count_ == limit || (model_.left() == 0 && cursor.heads_left > 0);
  if (head_is_due_) {
    if (!ends) return fail(Errc::Protocol, "recipe: a block cut before its codes are known");
    TRY(put_built_head(cursor));
  }
  put_tokens();
  if (ends) literals_->put(out_, kEndOfBlock);
  return ends;
}

// What the bits give, without what an earlier tail gave before.
Result<> StreamCloser::give(const StreamRun& run, Bytes& into, std::size_t most) {
  if (run.end == StreamEnd::Ends) out_.align(run.padding);
  const std::size_t made = out_.out.size();
  const std::size_t again = std::min(made, given_);
  if (made - again + run.tail.size() > most) return fail(Errc::Protocol, "recipe: more octets than wanted");
  into.insert(into.end(), out_.out.begin() + static_cast<std::ptrdiff_t>(again), out_.out.end());
  into.insert(into.end(), run.tail.begin(), run.tail.end());
  given_ = given_ - again + run.tail.size();
  out_.out.clear();
  return {};
}

Result<> StreamCloser::close(const StreamRun& run, ByteView text, Bytes& into, std::size_t most) {
  if (run.settings && !run.begins) model_.use(*run.settings);
  seen_ += text.size();
  if (seen_ > kMaxStreamText) return fail(Errc::Protocol, "recipe: a stream too long");
  model_.append(text);
  most_work_ = model_.work() + max_work(text.size());
  Cursor cursor(run, most);
  bool whole = true;
  while (open_ || cursor.heads_left > 0) {
    if (!open_) TRY(begin_block(cursor));
    TRY_ASSIGN(const bool ends, type_ == BlockType::Stored ? go_on_stored() : go_on_coded(cursor));
    open_ = !ends;
    whole = ends;
    if (!ends) break;
    if (out_.out.size() > most + given_) return fail(Errc::Protocol, "recipe: more octets than wanted");
  }
  const bool ended = whole && cursor.heads_left == 0;
  if (model_.left() > 0 || cursor.heads_left > 0 || !cursor.done() || (run.end == StreamEnd::Ends && !ended)) {
    return fail(Errc::Protocol, "recipe: a piece that does not fit its text");
  }
  return give(run, into, most);
}

}  // namespace codec::container
