// The worked example of PROTOCOL.md §9, octet for octet.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "booster/session/session.h"
#include "tests/booster/session/pair.h"

namespace booster::session {
namespace {

// Lines "WHO  hex hex …  comment" of the page, hex joined, by who says it.
std::map<std::string, std::vector<std::string>> example() {
  std::ifstream page(PACKETBOAT_SOURCE_DIR "/booster/session/PROTOCOL.md");
  std::map<std::string, std::vector<std::string>> said;
  std::string line;
  bool here = false;
  while (std::getline(page, line)) {
    here = here || line.starts_with("## 9.");
    std::istringstream words(line);
    std::string who, word, hex;
    words >> who;
    while (words >> word && word.size() == 2 && word.find_first_not_of("0123456789abcdef") == std::string::npos)
      hex += word;
    if (here && !hex.empty()) said[who].push_back(hex);
  }
  return said;
}

class Example : public Pair {
 public:
  std::string say(Session& from, Session& to) {
    std::vector<std::byte> record(kMaxRecord);
    record.resize(from.fill(record, now, nullptr));
    EXPECT_TRUE(to.on_frames(record, now).has_value());
    return codec::to_hex(record);
  }
};

TEST(Protocol, TheWorkedExampleIsWhatGoesOverTheWire) {
  const auto said = example();
  ASSERT_EQ(said.at("client").size(), 2u);
  ASSERT_EQ(said.at("gateway").size(), 2u);
  Example pair;
  const StreamId id = *pair.client.open(Class::Interactive, as_bytes("who"));
  pair.client.write(id, as_bytes("hi"));
  pair.client.finish(id);
  EXPECT_EQ(pair.say(pair.client, pair.gateway), said.at("client")[0]);
  EXPECT_EQ(drain(pair.gateway, id), "hi");
  pair.gateway.write(id, as_bytes("yes"));
  pair.gateway.finish(id);
  EXPECT_EQ(pair.say(pair.gateway, pair.client), said.at("gateway")[0] + said.at("gateway")[1]);
  EXPECT_EQ(drain(pair.client, id), "yes");
  EXPECT_FALSE(pair.client.has_frames(pair.now));
  pair.pass(kAckDelay);
  EXPECT_EQ(pair.say(pair.client, pair.gateway), said.at("client")[1]);
}

TEST(Protocol, TheExamplesResumeStatesAreWhatIsStated) {
  const auto said = example();
  Example pair;
  const StreamId id = *pair.client.open(Class::Interactive, as_bytes("who"));
  pair.client.write(id, as_bytes("hi"));
  pair.client.finish(id);
  pair.say(pair.client, pair.gateway);
  pair.cut();
  EXPECT_EQ(codec::to_hex(pair.client.resume_state()), said.at("resume-client").at(0));
  EXPECT_EQ(codec::to_hex(pair.gateway.resume_state()), said.at("resume-gateway").at(0));
}

}  // namespace
}  // namespace booster::session
