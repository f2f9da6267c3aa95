// Who sends mail and watches sizes, as RULES.md has it: does a guess of what another mail holds look smaller when it is
// right?
#include <gtest/gtest.h>

#include <random>

#include "codec/compress/block.h"
#include "codec/refer/history.h"
#include "codec/refer/prefix.h"

namespace codec::refer {
namespace {

constexpr std::size_t kPairs = 2'500;  // of a right guess and a wrong one
constexpr std::size_t kFronts = 192 * 1024;
constexpr std::size_t kUnit = 64;

constexpr std::string_view kTrusted = "mx.victim.example";

std::string digits_of(std::mt19937& random, std::size_t count) {
  std::string digits;
  for (std::size_t i = 0; i < count; ++i) digits += static_cast<char>('0' + random() % 10);
  return digits;
}

std::string secret_mail(const std::string& code) {
  return "Authentication-Results: mx.victim.example; dkim=pass header.d=bank.example\r\n"
         "From: The Bank <no-reply@bank.example>\r\nTo: alice@victim.example\r\nSubject: Your transfer\r\n"
         "Message-ID: <transfer-1@bank.example>\r\nDate: Mon, 2 Nov 2026 09:00:00 +0000\r\n\r\n"
         "Dear customer,\r\n\r\nplease enter the one-time code " +
         code + " to confirm the transfer.\r\n\r\nYour bank\r\n";
}

// Everything that a sender can forge says that it belongs to the bank's mail, and that the user is in the thread.
std::string guessing_mail(const std::string& guess, std::size_t number) {
  return "Authentication-Results: mx.evil.example; dkim=pass header.d=bank.example\r\n"
         "From: The Bank <no-reply@bank.example>\r\nTo: alice@victim.example\r\nSubject: Re: Your transfer\r\n"
         "Message-ID: <" +
         std::to_string(number) +
         "@evil.example>\r\nIn-Reply-To: <transfer-1@bank.example>\r\n"
         "References: <lunch@victim.example> <transfer-1@bank.example>\r\n"
         "Date: Mon, 2 Nov 2026 09:05:00 +0000\r\n\r\n"
         "please enter the one-time code " +
         guess + " to confirm the transfer.\r\n";
}

std::size_t size_on_link(History& history, const std::string& mail, const std::vector<std::string>& held, bool padded) {
  Bytes prefix;
  const Traits traits = traits_of(as_bytes(mail), {kTrusted, 1}, Author::Anybody);
  const History::Choice chosen = history.choose(traits, {kFronts, kMostPrefix}, 0);
  for (const History::Id id : chosen.fronts) EXPECT_TRUE(append_reference(as_bytes(held[id]), Extent::Front, prefix));
  for (const History::Id id : chosen.whole) EXPECT_TRUE(append_reference(as_bytes(held[id]), Extent::Whole, prefix));
  compress::BlockEncoder blocks;
  blocks.begin_aside({.level = 6, .window_log = 17}, std::move(prefix));
  Bytes link;
  EXPECT_TRUE(blocks.encode_aside(as_bytes(mail), link));
  if (padded) blocks.end_aside(kUnit, link);
  return link.size();
}

// How well sizes tell right from wrong: .5 not at all, 1 always.
double distinction(Rules rules, std::size_t digits) {
  std::mt19937 random(7);
  double smaller = 0;
  for (std::size_t i = 0; i < kPairs; ++i) {
    const std::string code = digits_of(random, digits);
    std::string wrong = digits_of(random, digits);
    if (wrong == code) wrong[0] = wrong[0] == '9' ? '0' : static_cast<char>(wrong[0] + 1);
    const std::string lunch =
        "From: alice@victim.example\r\nMessage-ID: <lunch@victim.example>\r\nSubject: Lunch\r\n\r\nAt noon?\r\n";
    const std::vector<std::string> held{lunch, secret_mail(code)};
    History history(rules);
    for (std::size_t at = 0; at < held.size(); ++at)
      history.add(at, traits_of(as_bytes(held[at]), {kTrusted, 1}, at == 0 ? Author::User : Author::Anybody),
                  held[at].size());
    const bool padded = rules == Rules::Safe;
    const std::size_t right_size = size_on_link(history, guessing_mail(code, i), held, padded);
    const std::size_t wrong_size = size_on_link(history, guessing_mail(wrong, i), held, padded);
    smaller += right_size < wrong_size ? 1.0 : right_size == wrong_size ? 0.5 : 0.0;
  }
  return smaller / static_cast<double>(kPairs);
}

TEST(Attack, SizesDoNotTellARightGuessFromAWrongOne) {
  for (const std::size_t digits : {std::size_t{3}, std::size_t{6}}) {
    const double told = distinction(Rules::Safe, digits);
    EXPECT_GT(told, .48) << digits;
    EXPECT_LT(told, .52) << digits;
  }
}

// The attack is a good one: without the rules it works.
TEST(Attack, WithoutTheRulesTheyDo) {
  EXPECT_GT(distinction(Rules::None, 6), .8);
}

}  // namespace
}  // namespace codec::refer
