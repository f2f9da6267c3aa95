#include "proxy/cli/queue_text.h"

#include <gmock/gmock.h>

namespace proxy::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Json entry(const char* id) {
  return Json{{"id", id},
              {"account", "alice@example.org"},
              {"direction", "down"},
              {"kind", "bodies"},
              {"mailbox", "INBOX"},
              {"class", "bodies"},
              {"held", false},
              {"state", "waiting"},
              {"text", ""},
              {"count", 12},
              {"size", 4'000'000},
              {"bytes_left", 3'400'000}};
}

TEST(QueueText, AnEmptyQueueSaysSo) {
  EXPECT_EQ(queue_lines(Json::array()), std::vector<std::string>{"the queue is empty"});
}

TEST(QueueText, ALineTellsWhatIsLeft) {
  Json all = Json::array();
  all.push_back(entry("b1-1"));
  const std::vector<std::string> lines = queue_lines(all);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("CLASS"), HasSubstr("LEFT")));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("b1-1"), HasSubstr("down"), HasSubstr("12"), HasSubstr("3.4 MB"),
                              HasSubstr("alice@example.org INBOX")));
}

TEST(QueueText, AHeldOneIsMarkedOnceAndWordsFollow) {
  Json held = entry("b1-1");
  held["held"] = true;
  held["state"] = "held";
  Json coming = entry("b1-2");
  coming["held"] = true;
  coming["state"] = "coming";
  coming["text"] = "a program waits for it";
  Json all = Json::array();
  all.push_back(held);
  all.push_back(coming);
  const std::vector<std::string> lines = queue_lines(all);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[1], Not(HasSubstr("[held]")));
  EXPECT_THAT(lines[2], HasSubstr("[held]"));
  EXPECT_THAT(lines[3], HasSubstr("a program waits for it"));
}

TEST(QueueText, EachRecipientHasItsFate) {
  Json mail = entry("bcdfghjk");
  mail["recipients"] = Json::array();
  mail["recipients"].push_back(
      Json{{"address", "bob@example.org"}, {"state", "failed"}, {"reply", "550 no such user"}});
  Json all = Json::array();
  all.push_back(mail);
  const std::vector<std::string> lines = queue_lines(all);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[2], AllOf(HasSubstr("bob@example.org"), HasSubstr("550 no such user")));
}

}  // namespace
}  // namespace proxy::cli
