#include "codec/mime/tokens.h"

namespace codec::mime {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

bool TokenReader::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void TokenReader::skip_blanks() {
  while (!at_end()) {
    if (is_space(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '(') {
      (void)comment();
    } else {
      return;
    }
  }
}

std::string TokenReader::comment() {
  std::string out;
  int depth = 0;
  for (; !at_end(); ++at_) {
    char c = text_[at_];
    if (c == '(' && ++depth == 1) continue;
    if (c == ')' && --depth == 0) {
      ++at_;
      break;
    }
    if (c == '\\' && at_ + 1 < text_.size()) c = text_[++at_];
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::string TokenReader::quoted() {
  std::string out;
  for (++at_; !at_end(); ++at_) {
    char c = text_[at_];
    if (c == '"') {
      ++at_;
      break;
    }
    if (c == '\\' && at_ + 1 < text_.size()) c = text_[++at_];
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::string_view TokenReader::until(std::string_view stops) {
  const std::size_t begin = at_;
  while (!at_end() && !is_space(text_[at_]) && stops.find(text_[at_]) == std::string_view::npos) ++at_;
  return text_.substr(begin, at_ - begin);
}

void TokenReader::skip_until(char c) {
  while (!at_end() && text_[at_] != c) {
    if (text_[at_] == '"') {
      (void)quoted();
    } else if (text_[at_] == '(') {
      (void)comment();
    } else {
      ++at_;
    }
  }
}

}  // namespace codec::mime
