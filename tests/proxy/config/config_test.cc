#include <gtest/gtest.h>

#include <fstream>

#include "proxy/config/client_config.h"
#include "proxy/config/gateway_config.h"

namespace proxy::config {
namespace {

std::string shipped(const std::string& name) {
  std::ifstream in(std::string(PACKETBOAT_SOURCE_DIR) + "/configs/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The shipped file with its commented defaults made real.
std::string uncommented(const std::string& text) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(at, end - at);
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash != std::string::npos && line[hash] == '#' && hash + 1 < line.size() && line[hash + 1] != ' ')
      line.erase(hash, 1);
    if (hash != std::string::npos && line[hash] == '#' && line.size() > hash + 3 && line[hash + 1] == ' ' &&
        line[hash + 2] == ' ')
      line[hash] = ' ', line.erase(hash, 1);
    result += line + "\n";
    at = end + 1;
  }
  return result;
}

std::string all(const std::vector<Mistake>& mistakes) {
  std::string text;
  for (const Mistake& mistake : mistakes) text += to_string("f", mistake) + "\n";
  return text;
}

TEST(ShippedConfigs, AreGoodAsTheyStand) {
  GatewayConfig gateway;
  EXPECT_EQ(all(parse_gateway_config(shipped("gateway.yaml"), gateway)), "");
  EXPECT_EQ(gateway.settings.domains.size(), 1U);
  EXPECT_EQ(gateway.settings.domains[0].imap.port, 993);
  ClientConfig client;
  EXPECT_EQ(all(parse_client_config(shipped("client.yaml"), client)), "");
}

TEST(ShippedConfigs, ShowTheDefaults) {
  GatewayConfig plain;
  GatewayConfig shown;
  ASSERT_EQ(all(parse_gateway_config(shipped("gateway.yaml"), plain)), "");
  std::string text = uncommented(shipped("gateway.yaml"));
  for (const std::string_view pair :
       {"  certificate: /etc/packetboat/fullchain.pem\n", "  key: /etc/packetboat/key.pem\n"})
    text.erase(text.find(pair), pair.size());
  text.erase(text.find("tls:\n"), 5);
  const std::size_t master = text.find("    master:");
  text.erase(master, text.find("agents:", master) - master);
  ASSERT_EQ(all(parse_gateway_config(text, shown)), "") << text;
  EXPECT_EQ(plain.listen, shown.listen);
  EXPECT_EQ(plain.settings.state_dir, shown.settings.state_dir);
  EXPECT_EQ(plain.settings.agents, shown.settings.agents);
  EXPECT_EQ(plain.settings.domains, shown.settings.domains);
  EXPECT_EQ(plain.settings.allow_without_device, shown.settings.allow_without_device);
  EXPECT_EQ(plain.control, shown.control);
  EXPECT_EQ(plain.trace.file, shown.trace.file);
  EXPECT_EQ(plain.trace.size, shown.trace.size);
}

TEST(Config, EveryMistakeIsNamedWithItsPlaceAndRemedy) {
  GatewayConfig config;
  const std::string text =
      "name: gateway\n"
      "domains:\n"
      "  - domain: example.org\n"
      "    imap: {host: h, tls: sometimes}\n"
      "    submision: {host: s}\n"
      "agents:\n"
      "  workers: none\n"
      "  cpu_share: 500\n"
      "  grace: 5\n"
      "lisen: x\n";
  const std::string mistakes = all(parse_gateway_config(text, config));
  EXPECT_NE(mistakes.find("f:1:7: name: "), std::string::npos) << mistakes;
  EXPECT_NE(mistakes.find("f:4:26: domains[0].imap.tls: 'sometimes': want one of implicit, starttls, none"),
            std::string::npos)
      << mistakes;
  EXPECT_NE(mistakes.find("f:5:5: domains[0].submision: unknown key; did you mean submission?"), std::string::npos)
      << mistakes;
  EXPECT_NE(mistakes.find("domains[0].submission: is missing"), std::string::npos) << mistakes;
  EXPECT_NE(mistakes.find("f:7:12: agents.workers: 'none': want a number from 1 to 256"), std::string::npos)
      << mistakes;
  EXPECT_NE(mistakes.find("f:8:14: agents.cpu_share: '500': want a number from 0 to 400"), std::string::npos);
  EXPECT_NE(mistakes.find("f:9:10: agents.grace: '5': want a time with its unit"), std::string::npos) << mistakes;
  EXPECT_NE(mistakes.find("f:10:1: lisen: unknown key; did you mean listen?"), std::string::npos) << mistakes;
}

TEST(Config, WhatIsNoYamlSaysWhere) {
  ClientConfig config;
  const auto mistakes = parse_client_config("faces: [1, 2\nbodies: all\n", config);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_GE(mistakes[0].line, 1);
}

TEST(Config, SizesTimesAndEnvironment) {
  ASSERT_EQ(setenv("PACKETBOAT_TEST_STATE", "/tmp/x", 1), 0);
  ClientConfig config;
  EXPECT_EQ(all(parse_client_config(
                "state_dir: ${ENV:PACKETBOAT_TEST_STATE}/y\nsize_limit: 20 GB\nrecent: 7d\nbodies: recent\n", config)),
            "");
  EXPECT_EQ(config.state_dir, "/tmp/x/y");
  EXPECT_EQ(config.control, "/tmp/x/y/control.sock");
  EXPECT_EQ(config.size_limit, 20'000'000'000U);
  EXPECT_EQ(config.recent, std::chrono::hours(7 * 24));
  EXPECT_NE(all(parse_client_config("state_dir: ${ENV:NO_SUCH_THING}\n", config)).find("NO_SUCH_THING is not set"),
            std::string::npos);
}

TEST(Config, AProxyIsNamedWholeOrNotAtAll) {
  ClientConfig config;
  EXPECT_EQ(all(parse_client_config("proxy: {address: \"p:3128\", user: me, password_file: /x}\n", config)), "");
  EXPECT_EQ(config.proxy, "p:3128");
  EXPECT_EQ(config.proxy_user, "me");
  EXPECT_EQ(config.proxy_password_file, "/x");
  const auto wrong = [](const std::string& section) {
    ClientConfig unused;
    return all(parse_client_config("proxy: " + section + "\n", unused));
  };
  EXPECT_EQ(wrong("{address: none}"), "");
  EXPECT_NE(wrong("{address: \"http://p:1\"}").find("want host:port of an HTTP proxy"), std::string::npos);
  EXPECT_NE(wrong("{address: \"p:1\", user: me}").find("go together"), std::string::npos);
  EXPECT_NE(wrong("{address: none, user: me, password_file: /x}").find("belongs to an address"), std::string::npos);
  EXPECT_NE(wrong("{address: \"p:1\", user: \"a:b\", password_file: /x}").find("may not hold"), std::string::npos);
  EXPECT_NE(wrong("{user: me, password_file: /x}").find("is missing"), std::string::npos);
}

TEST(Config, AFaceOffLoopbackNeedsTls) {
  ClientConfig config;
  EXPECT_NE(all(parse_client_config("faces: {imap: \"0.0.0.0:143\"}\n", config)).find("faces.tls"), std::string::npos);
}

TEST(Config, AMissingFileIsNamed) {
  const auto config = load_client_config("/no/such/file.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::NotFound);
  EXPECT_NE(config.error().what.find("/no/such/file.yaml"), std::string::npos);
}

TEST(LinkTrace, IsAnAbsoluteFileOfSomeSize) {
  ClientConfig client;
  EXPECT_EQ(all(parse_client_config("link:\n  trace: /var/log/link.sqlog\n  trace_size: 2 MiB\n", client)), "");
  EXPECT_EQ(client.trace.file, "/var/log/link.sqlog");
  EXPECT_EQ(client.trace.size, std::uint64_t{2} << 20);
  ClientConfig wrong;
  const std::string said = all(parse_client_config("link:\n  trace: here\n  trace_size: 100\n", wrong));
  EXPECT_NE(said.find("f:2:10: link.trace: want an absolute path"), std::string::npos) << said;
  EXPECT_NE(said.find("link.trace_size: want at least 1 MiB"), std::string::npos) << said;
}

}  // namespace
}  // namespace proxy::config
