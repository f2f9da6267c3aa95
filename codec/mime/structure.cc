#include "codec/mime/structure.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "codec/mime/header.h"

namespace codec::mime {
namespace {

// A multipart whose boundary lines are looked for, outermost first.
struct Open {
  std::uint32_t part;
  std::string boundary;
};

// Goes through the mail line by line, once. Only lines that start with "--" are compared, with at most kMaxDepth
// boundaries.
class Scanner {
 public:
  explicit Scanner(ByteView mail) : octets_(mail), text_(as_text(mail)) {}

  Structure run();

 private:
  Part& current() { return out_.parts[current_]; }
  void add_part(std::uint32_t parent, std::size_t begin);
  void take_line(std::size_t begin, std::size_t end);
  void take_header_line(std::size_t begin, std::size_t end);
  void end_header(std::size_t at, bool opaque);
  bool may_nest();
  void open_body();
  std::size_t find_boundary(std::string_view line);
  void take_boundary(std::size_t which, std::size_t begin, std::size_t end);
  void close_until(std::uint32_t keep, std::size_t at);
  std::size_t before_line_end(std::size_t begin, std::size_t at) const;
  void close_part(Part& part, std::size_t at, bool before_boundary);

  ByteView octets_;
  std::string_view text_;
  Structure out_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> last_child_;   // by part
  std::vector<std::size_t> lines_at_body_;  // by part: line ends before its body
  std::uint32_t current_ = 0;
  bool in_header_ = true;
  std::size_t lines_ = 0;  // line ends behind us
  std::size_t header_lines_from_ = 0;
};

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

void Scanner::add_part(std::uint32_t parent, std::size_t begin) {
  const auto index = static_cast<std::uint32_t>(out_.parts.size());
  Part part;
  part.header = {begin, begin};
  part.body = {begin, begin};
  part.parent = parent;
  if (parent != kNoPart) {
    part.depth = out_.parts[parent].depth + 1;
    const std::uint32_t last = last_child_[parent];
    (last == kNoPart ? out_.parts[parent].first_child : out_.parts[last].next_sibling) = index;
    last_child_[parent] = index;
  }
  out_.parts.push_back(std::move(part));
  last_child_.push_back(kNoPart);
  lines_at_body_.push_back(0);
  current_ = index;
  in_header_ = true;
  header_lines_from_ = lines_;
}

// Ends the current part's header at `at`; `opaque`: its body is not looked into.
void Scanner::end_header(std::size_t at, bool opaque) {
  Part& part = current();
  part.header.end = at;
  part.header_lines = lines_ - header_lines_from_;
  part.body = {at, at};
  lines_at_body_[current_] = lines_;
  in_header_ = false;
  out_.cut = out_.cut || opaque;
  const bool in_digest = part.parent != kNoPart && out_.parts[part.parent].content.is("multipart", "digest");
  part.content = parse_content_fields(slice(octets_, part.header), in_digest);
  out_.steps += part.header.size();
  if (!opaque) open_body();
}

bool Scanner::may_nest() {
  const bool room = current().depth + 1 < kMaxDepth && out_.parts.size() < kMaxParts;
  out_.cut = out_.cut || !room;
  return room;
}

// Decides by the content type what the body just begun holds.
void Scanner::open_body() {
  Part& part = current();
  if (part.content.is("multipart")) {
    const Parameter* parameter = find_parameter(part.content.parameters, "boundary");
    if (parameter == nullptr) return;
    std::string boundary = parameter->value;
    while (!boundary.empty() && boundary.back() == ' ') boundary.pop_back();
    if (boundary.empty() || boundary.size() > kMaxBoundary || !may_nest()) return;
    part.kind = PartKind::Multipart;
    open_.push_back({current_, std::move(boundary)});
  } else if (part.content.is("message", "rfc822") && may_nest()) {
    part.kind = PartKind::Message;
    add_part(current_, part.body.begin);
  }
}

// The longest boundary the line begins with, of equals the innermost: an outer one may end inner multiparts early.
std::size_t Scanner::find_boundary(std::string_view line) {
  std::size_t best = kNone;
  for (std::size_t i = open_.size(); i-- > 0;) {
    const std::string& boundary = open_[i].boundary;
    if (best != kNone && boundary.size() <= open_[best].boundary.size()) continue;
    out_.steps += std::min(boundary.size(), line.size());
    if (line.starts_with(boundary)) best = i;
  }
  return best;
}

// The line end before a boundary line belongs to the boundary (RFC 2046 §5.1.1).
std::size_t Scanner::before_line_end(std::size_t begin, std::size_t at) const {
  if (at == begin) return at;
  --at;
  return at > begin && text_[at - 1] == '\r' ? at - 1 : at;
}

// A part opened by the line just before has nothing but that line's end; its parent must not end before it.
void Scanner::close_part(Part& part, std::size_t at, bool before_boundary) {
  const auto index = static_cast<std::size_t>(&part - out_.parts.data());
  if (at <= part.body.begin) return;  // header without blank line, or nothing behind it
  std::size_t end = before_boundary ? before_line_end(part.body.begin, at) : at;
  if (last_child_[index] != kNoPart) end = std::max(end, out_.parts[last_child_[index]].body.end);
  part.body.end = end;
  if (part.body.empty()) return;
  part.body_lines = lines_ - lines_at_body_[index] - (before_boundary && end < at ? 1 : 0);
}

// Ends the current part and its ancestors below `keep`, because of what stands at `at`.
void Scanner::close_until(std::uint32_t keep, std::size_t at) {
  if (in_header_) {
    const std::size_t end = before_line_end(current().header.begin, at);
    const std::size_t behind = end < at ? 1 : 0;
    lines_ -= behind;
    while (in_header_) end_header(end, false);
    lines_ += behind;
  }
  while (current_ != keep) {
    close_part(current(), at, true);
    current_ = current().parent;
  }
}

void Scanner::take_boundary(std::size_t which, std::size_t begin, std::size_t end) {
  const std::uint32_t owner = open_[which].part;
  const bool last = text_.substr(begin + 2 + open_[which].boundary.size(), 2) == "--";
  close_until(owner, begin);
  open_.resize(last ? which : which + 1);
  if (text_[end - 1] == '\n') ++lines_;
  if (last) return;  // the epilogue belongs to the owner's body
  add_part(owner, end);
}

void Scanner::take_header_line(std::size_t begin, std::size_t end) {
  const std::string_view line = text_.substr(begin, end - begin);
  if (end - current().header.begin > kMaxHeader) return end_header(begin, true);
  if (line != "\n" && line != "\r\n") return;
  ++lines_;  // a header's blank line is its own
  end_header(end, false);
  --lines_;
}

void Scanner::take_line(std::size_t begin, std::size_t end) {
  const std::string_view line = text_.substr(begin, end - begin);
  if (!open_.empty() && line.starts_with("--")) {
    const std::size_t which = find_boundary(line.substr(2));
    if (which != kNone) {
      const bool last = line.substr(2 + open_[which].boundary.size()).starts_with("--");
      if (last || out_.parts.size() < kMaxParts) return take_boundary(which, begin, end);
      out_.cut = true;
    }
  }
  if (in_header_) take_header_line(begin, end);
  if (line.back() == '\n') ++lines_;
}

Structure Scanner::run() {
  add_part(kNoPart, 0);
  for (std::size_t begin = 0; begin < text_.size();) {
    const std::size_t newline = text_.find('\n', begin);
    const std::size_t end = newline == std::string_view::npos ? text_.size() : newline + 1;
    take_line(begin, end);
    begin = end;
  }
  out_.steps += text_.size();
  while (in_header_) end_header(text_.size(), false);
  for (;; current_ = current().parent) {
    close_part(current(), text_.size(), false);
    if (current().parent == kNoPart) break;
  }
  return std::move(out_);
}

}  // namespace

const Part* Structure::first_child(const Part& part) const {
  return part.first_child == kNoPart ? nullptr : &parts[part.first_child];
}

const Part* Structure::next_sibling(const Part& part) const {
  return part.next_sibling == kNoPart ? nullptr : &parts[part.next_sibling];
}

Structure scan(ByteView mail) {
  return Scanner(mail).run();
}

}  // namespace codec::mime
