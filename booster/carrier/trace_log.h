// TraceLog: what connections over UDP do, step by step, in a file of bounded size, while it is switched on. Each is
// told to it when it stands; one that comes meanwhile is traced from there on.
//
//   Shape   qlog (booster/transport/trace/qlog.h says it all); no content, and of addresses only the peer's
//   Limits  what waits for the disk: kMostWaiting octets, then events are dropped and counted
//   Errors  a disk that fails or is full ends the trace, and nothing else
//   Owns    borrows `disk`
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "booster/carrier/rotating_file.h"
#include "booster/runtime/notify.h"
#include "booster/runtime/serial_thread.h"
#include "booster/transport/connection.h"

namespace booster::carrier {

using runtime::Task;

class TraceLog {
 public:
  static constexpr std::size_t kMostWaiting = std::size_t{4} << 20;
  static constexpr std::uint64_t kLeastLimit = std::uint64_t{1} << 20;  // a second of a fast link, twice

  // `program` goes into the header.
  TraceLog(runtime::Loop& loop, disk::Disk& disk, session::Role role, std::string program);
  TraceLog(const TraceLog&) = delete;
  TraceLog& operator=(const TraceLog&) = delete;
  ~TraceLog();  // what waits is still written

  // From here on, into `file` and `file`.1, together `limit` octets at most.
  //   Errors  Conflict: one is being written already · Limit: less than kLeastLimit; those of the disk
  Task<Result<>> start(std::string file, std::uint64_t limit);
  // Everything told so far is in the file then.   Errors  NotFound: none is being written
  Task<Result<>> stop();
  // Brings what waits to the disk. Until cancelled.
  Task<Result<>> serve();
  using OnNote = std::function<void(const std::string&)>;
  void on_note(OnNote note) { note_ = std::move(note); }  // a line for the log: that a trace ended by itself
  void note(const std::string& text) const {
    if (note_) note_(text);
  }

  struct State {
    bool on = false;
    std::string file;          // the present, else the last one
    std::uint64_t events = 0;  // of it
    std::uint64_t dropped = 0;
    std::optional<Error> ended_by;  // the disk
  };
  const State& state() const { return state_; }

  // --- by who owns a connection: while it stands
  void add(transport::Connection& connection, std::string peer);
  void remove(transport::Connection& connection);

 private:
  class Line;
  void attach(transport::Connection& connection, Line& line);
  void detach_all();
  void take(const transport::trace::Event& event, std::uint64_t number, runtime::TimePoint now);
  Task<Result<>> flush();
  void end_by(const Error& error);

  runtime::Loop& loop_;
  disk::Disk& disk_;
  session::Role role_;
  std::string program_;
  std::map<transport::Connection*, std::unique_ptr<Line>> lines_;
  std::uint64_t next_number_ = 1;
  runtime::TimePoint began_{};
  State state_;
  bool busy_ = false;  // starting or stopping
  std::string waiting_;
  std::uint64_t dropped_untold_ = 0;
  runtime::Notify due_;
  OnNote note_;
  std::shared_ptr<RotatingFile> file_;  // used on the thread only
  runtime::SerialThread thread_{"trace"};
};

}  // namespace booster::carrier
