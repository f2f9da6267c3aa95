// HTML to plain text, for preview and search.
#pragma once
#include <string>
#include <string_view>

namespace codec::convert {

// Drops tags, comments, scripts and styles, decodes entities; fed in pieces. A tag that may part words becomes a blank.
class HtmlText {
 public:
  void feed(std::string_view utf8, std::string& into);

 private:
  enum class State { Text, Entity, TagOpen, Tag, Quoted, Comment };

  void text_octet(char c, std::string& into);
  void entity_octet(char c, std::string& into);
  void name_octet(char c, std::string& into);
  void tag_octet(char c, std::string& into);
  void comment_octet(char c);
  void tag_ended(std::string& into);
  void entity_ended(bool closed, std::string& into);

  State state_ = State::Text;
  std::string held_;     // the tag's name, or the entity, so far
  std::string skip_to_;  // "script" or "style": dropped until its end tag
  char quote_ = 0;
  int dashes_ = 0;
};

}  // namespace codec::convert
