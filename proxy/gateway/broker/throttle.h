// How fast passwords may be guessed: growing delays per account and per client network, ten guesses a minute from one
// network. Pure: time is handed in.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace proxy::gateway::broker {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = TimePoint::duration;

constexpr std::size_t kGuessesPerMinute = 10;  // of one network
constexpr std::size_t kChecksPerMinute = 60;   // of one network, known refusals included: each costs 50 ms
constexpr Duration kLongestDelay = std::chrono::seconds(15);  // 2, 4, 8, 15 s after 1, 2, 3, 4… refusals
constexpr Duration kLongestQueue = std::chrono::seconds(30);  // guesses in parallel line up; beyond: refused
constexpr Duration kForgotten = std::chrono::minutes(10);     // without a refusal, a name is as good as new
constexpr std::size_t kMaxTracked = 65536;                    // accounts, networks

struct Guess {
  std::string account;
  std::string network;
  bool enrolled = false;  // counted by account and device alone: strangers cannot hold the owner up
};

class Throttle {
 public:
  struct Verdict {
    bool admitted = false;
    Duration wait{};  // admitted: before the mail server is asked; else before another try makes sense
  };
  // Before anything is computed for the guess.
  Verdict check(const Guess& guess, TimePoint now);
  // Before the mail server is asked; counts as a guess until told otherwise.
  Verdict admit(const Guess& guess, TimePoint now);
  void on_refused(const Guess& guess, TimePoint now);
  void on_accepted(const Guess& guess, TimePoint now);
  void on_unknown(const Guess& guess);  // the server was not reached: nothing was learnt

 private:
  struct Record {
    std::deque<TimePoint> guesses;  // of the last minute
    std::deque<TimePoint> checks;
    int refusals = 0;
    TimePoint last_refusal{};
    TimePoint last_slot{};
    TimePoint used{};
  };
  using Records = std::unordered_map<std::string, Record>;
  static Record& record(Records& of, const std::string& name, TimePoint now);
  static Duration delay(const Record& record, TimePoint now);
  static TimePoint next_slot(const Record& record, TimePoint now);
  static void refuse(Record& record, TimePoint now);
  static std::string network_key(const Guess& guess);
  bool is_familiar(const Guess& guess) const;

  Records networks_;
  Records accounts_;
  std::unordered_map<std::string, TimePoint> familiar_;  // account and network of logins that went well
};

}  // namespace proxy::gateway::broker
