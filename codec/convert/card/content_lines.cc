#include "codec/convert/card/content_lines.h"

#include <optional>
#include <utility>

#include "codec/convert/card/limits.h"
#include "codec/convert/card/names.h"

namespace codec::convert::card {
namespace {

struct WrittenLine {
  std::string_view octets;
  std::string_view end;  // CRLF, LF or, at the end of the text, nothing
};

WrittenLine take_written(std::string_view& text) {
  const std::size_t at = text.find('\n');
  if (at == std::string_view::npos) return {std::exchange(text, {}), {}};
  const std::size_t end = at > 0 && text[at - 1] == '\r' ? at - 1 : at;
  const WrittenLine line{text.substr(0, end), text.substr(end, at + 1 - end)};
  text.remove_prefix(at + 1);
  return line;
}

class LineReader {
 public:
  explicit LineReader(std::size_t size) { out_.text.reserve(size); }

  void take(const WrittenLine& line);
  std::size_t lines() const { return out_.ends.size(); }
  ContentLines finish();

 private:
  bool is_quoted();
  void end_line();

  ContentLines out_;
  bool any_ = false;
  std::string_view pending_;  // the line end before what comes
  bool soft_ = false;         // the line goes on, whatever comes
  std::size_t begin_ = 0;     // of the line in out_.text
  std::size_t folded_ = 0;    // its last fold there
  std::size_t looked_ = 0;    // how far its name and parameters were searched
  std::optional<bool> quoted_;
};

// Whether the line's parameters say quoted-printable. Nothing is looked at twice: a line may have very many ends.
bool LineReader::is_quoted() {
  if (quoted_) return *quoted_;
  const std::size_t colon = out_.text.find(':', looked_);
  looked_ = out_.text.size();
  if (colon == std::string::npos) return false;
  const std::string_view head = std::string_view(out_.text).substr(begin_, colon - begin_);
  quoted_ = contains_name(head, "QUOTED-PRINTABLE");
  return *quoted_;
}

void LineReader::end_line() {
  out_.lf.push_back(pending_.size() == 1);
  out_.ends.push_back(out_.text.size());
  begin_ = folded_ = looked_ = out_.text.size();
  quoted_.reset();
}

void LineReader::take(const WrittenLine& line) {
  std::string_view octets = line.octets;
  const bool blank = !octets.empty() && (octets.front() == ' ' || octets.front() == '\t');
  if (any_ && !soft_) {
    if (blank) {
      out_.lf.push_back(pending_.size() == 1);
      out_.folds.push_back({out_.ends.size(), out_.text.size() - folded_, octets.front() == '\t'});
      folded_ = out_.text.size();
      octets.remove_prefix(1);
    } else {
      end_line();
    }
  }
  out_.text += octets;
  any_ = true;
  pending_ = line.end;
  soft_ = !line.end.empty() && octets.ends_with('=') && is_quoted();
  if (soft_) out_.text += line.end;
}

ContentLines LineReader::finish() {
  if (!any_) return std::move(out_);
  out_.open = pending_.empty() || soft_;
  if (out_.open) {
    out_.ends.push_back(out_.text.size());
  } else {
    end_line();
  }
  return std::move(out_);
}

}  // namespace

Result<ContentLines> read_lines(std::string_view text) {
  if (text.size() > kMaxCard) return fail(Errc::Limit, "card: " + std::to_string(text.size()) + " octets");
  LineReader reader(text.size());
  while (!text.empty()) {
    reader.take(take_written(text));
    if (reader.lines() >= kMaxLines) return fail(Errc::Limit, "card: too many lines");
  }
  return reader.finish();
}

}  // namespace codec::convert::card
