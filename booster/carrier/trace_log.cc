#include "booster/carrier/trace_log.h"

#include <ctime>

#include "booster/runtime/timer.h"
#include "booster/transport/trace/qlog.h"

namespace booster::carrier {
namespace {

constexpr auto kTraceFlush = std::chrono::seconds(1);  // so old is the file, at most
constexpr std::size_t kWorthFlushing = std::size_t{64} << 10;

// RFC 3339, UTC, milliseconds.
std::string wall_text(std::chrono::system_clock::time_point at) {
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const std::time_t seconds = since / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%FT%T", &parts);
  const std::string fraction = std::to_string(1000 + since % 1000);
  return std::string(text, size) + "." + fraction.substr(1) + "Z";
}

}  // namespace

// One connection in the file.
class TraceLog::Line final : public transport::trace::Observer {
 public:
  Line(TraceLog& log, std::uint64_t number, std::string peer) : number(number), peer(std::move(peer)), log_(log) {}
  void on_trace(const transport::trace::Event& event, transport::TimePoint now) override {
    log_.take(event, number, now);
  }
  const std::uint64_t number;
  const std::string peer;

 private:
  TraceLog& log_;
};

TraceLog::TraceLog(runtime::Loop& loop, disk::Disk& disk, session::Role role, std::string program)
    : loop_(loop), disk_(disk), role_(role), program_(std::move(program)) {}

TraceLog::~TraceLog() {
  detach_all();
  if (!state_.on || waiting_.empty()) return;
  thread_.post([file = file_, text = std::move(waiting_)] { (void)file->append(text); });
}

void TraceLog::attach(transport::Connection& connection, Line& line) {
  transport::trace::append_qlog_connection(waiting_, line.peer, line.number, loop_.now() - began_);
  connection.trace_to(&line);
}

void TraceLog::detach_all() {
  for (const auto& [connection, line] : lines_) connection->trace_to(nullptr);
}

void TraceLog::add(transport::Connection& connection, std::string peer) {
  auto& line = lines_[&connection];
  line = std::make_unique<Line>(*this, next_number_++, std::move(peer));
  if (state_.on) attach(connection, *line);
}

void TraceLog::remove(transport::Connection& connection) {
  connection.trace_to(nullptr);
  lines_.erase(&connection);
}

void TraceLog::take(const transport::trace::Event& event, std::uint64_t number, runtime::TimePoint now) {
  if (waiting_.size() >= kMostWaiting) {
    ++dropped_untold_;
    ++state_.dropped;
    return;
  }
  const bool was_due = waiting_.size() >= kWorthFlushing;
  transport::trace::append_qlog(waiting_, event, number, now - began_);
  ++state_.events;
  if (!was_due && waiting_.size() >= kWorthFlushing) due_.notify_all();
}

Task<Result<>> TraceLog::start(std::string file, std::uint64_t limit) {
  if (state_.on || busy_) co_return fail(Errc::Conflict, "a trace is being written already: " + state_.file);
  if (limit < kLeastLimit) co_return fail(Errc::Limit, "a trace takes at least 1 MiB");
  busy_ = true;
  const std::string header = transport::trace::qlog_header(role_, program_, wall_text(loop_.wall_now()));
  began_ = loop_.now();
  auto open = [this, file, limit, header] { return RotatingFile::open(disk_, file, limit, header); };
  Result<std::unique_ptr<RotatingFile>> opened = co_await thread_.run(open);
  busy_ = false;
  if (!opened) co_return tl::unexpected(Error(opened.error()).context("trace"));
  file_ = std::move(*opened);
  state_ = State{};
  state_.on = true;
  state_.file = std::move(file);
  dropped_untold_ = 0;
  for (const auto& [connection, line] : lines_) attach(*connection, *line);
  due_.notify_all();
  co_return Result<>();
}

Task<Result<>> TraceLog::stop() {
  if (!state_.on || busy_) co_return fail(Errc::NotFound, "no trace is being written");
  busy_ = true;
  detach_all();
  const Result<> flushed = co_await flush();
  state_.on = false;
  busy_ = false;
  waiting_.clear();
  file_.reset();
  co_return flushed;
}

// A disk that does not take it is no reason to stop anything but this.
void TraceLog::end_by(const Error& error) {
  detach_all();
  state_.on = false;
  state_.ended_by = error;
  waiting_.clear();
  file_.reset();
  note("the trace " + state_.file + " ended: " + codec::to_string(error));
}

Task<Result<>> TraceLog::flush() {
  if (dropped_untold_ > 0) {
    transport::trace::append_qlog_dropped(waiting_, std::exchange(dropped_untold_, 0), loop_.now() - began_);
  }
  if (waiting_.empty() || file_ == nullptr) co_return Result<>();
  auto write = [file = file_, text = std::exchange(waiting_, {})] { return file->append(text); };
  const Result<> written = co_await thread_.run(std::move(write));
  if (!written && state_.on) end_by(written.error());
  co_return written;
}

Task<Result<>> TraceLog::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  for (;;) {
    while (!state_.on) CO_TRY(co_await due_.wait());
    if (waiting_.size() < kWorthFlushing) {
      (void)co_await runtime::with_timeout(kTraceFlush, runtime::wait_for(due_));
    }
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "trace");
    if (state_.on && !busy_) (void)co_await flush();
  }
}

}  // namespace booster::carrier
