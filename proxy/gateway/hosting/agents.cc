#include "proxy/gateway/hosting/agents.h"

#include <unistd.h>

#include "booster/runtime/offload.h"
#include "booster/runtime/timer.h"
#include "proxy/gateway/connector/submission.h"

namespace proxy::gateway::hosting {
namespace {

namespace connector = gateway::connector;
namespace runtime = booster::runtime;
namespace tls = booster::tls;
using Code = sync::LoginResult::Code;

constexpr auto kOfferLimit =
    std::chrono::seconds(10);  // a submission server that is slow to say its SIZE delays no login

Result<connector::Server> server_of(const ServerSettings& settings) {
  connector::Server server;
  server.host = settings.host;
  server.port = settings.port;
  server.security = connector::Security::Tls;
  if (settings.security == Security::StartTls) server.security = connector::Security::StartTls;
  if (settings.security == Security::None) server.security = connector::Security::Plain;
  if (settings.security == Security::None) return server;
  tls::ClientOptions options;
  options.by_name = tls::VerifyByName{settings.ca_file};
  TRY_ASSIGN(server.context, tls::Context::client(std::move(options)));
  return server;
}

connector::Login login_of(const Credential& credential) {
  return connector::Login{credential.login, credential.authorize_as, credential.password.copy()};
}

std::string own_host() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

LoginOutcome outcome_of(const Result<>& result, const std::string& host) {
  LoginOutcome outcome;
  outcome.server = host;
  if (result) {
    outcome.code = Code::Ok;
    return outcome;
  }
  outcome.text = result.error().what;
  switch (result.error().code) {
    case Errc::Denied:
      outcome.code = result.error().what.starts_with("certificate") ? Code::Unreachable : Code::Refused;
      break;
    case Errc::Unreachable:
    case Errc::Timeout:
    case Errc::NotFound:
    case Errc::Closed:
    case Errc::Io:
      outcome.code = Code::Unreachable;
      break;
    default:
      outcome.code = Code::Failed;
      break;
  }
  return outcome;
}

Task<Result<>> log_in_and_out(connector::Server server, connector::Login login) {
  CO_TRY_ASSIGN(const auto connection, co_await connector::ImapConnection::connect(server));
  CO_TRY(co_await connection->login(login));
  (void)co_await connection->logout();
  co_return Result<>();
}

// What the submission server offers this user; 0: it did not say.
Task<Result<std::uint64_t>> offered_size(connector::SubmissionDialer& dialer, connector::Login login) {
  CO_TRY_ASSIGN(const auto connection, co_await dialer.connect(login));
  const std::uint64_t size = connection->offers().max_size;
  co_await connection->quit();
  co_return size;
}

agent::DeviceSessionId session_of(worker::DeviceSessionId session) {
  return agent::DeviceSessionId{session.value};
}

}  // namespace

struct Agents::Hosted {
  Hosted(connector::Server imap, connector::Server submission)
      : dialer(std::move(imap)), submissions(std::move(submission), own_host()) {}
  agent::ServerDialer dialer;
  connector::ServerSubmissionDialer submissions;
  std::unique_ptr<agent::UserOperations> operations;
  std::unique_ptr<chunks::ChunkIndex> chunks;
  std::unique_ptr<agent::Agent> agent;
  std::string host;
  std::uint64_t submission_size = 0;
  bool ending = false;
};

Agents::Agents(runtime::Loop& loop) : loop_(loop), disk_(booster::disk::make_posix_disk()) {}
Agents::~Agents() = default;

Task<Result<>> Agents::run(worker::AgentEvents& events) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope watching(loop_, *here.scope, ignore);
  events_ = &events;
  watching_ = &watching;
  runtime::Notify never;
  const Result<> cancelled = co_await never.wait();
  watching_ = nullptr;
  watching.cancel();
  co_await watching.join();
  const auto hosted = std::exchange(agents_, {});
  for (const auto& [id, one] : hosted) co_await end(one);
  events_ = nullptr;
  co_return cancelled;
}

Task<LoginOutcome> Agents::verify(AgentSpec spec, AgentId renews) {
  const Result<connector::Server> server = server_of(spec.imap);
  if (!server) co_return outcome_of(tl::unexpected(server.error()), spec.imap.host);
  const Result<> result = co_await log_in_and_out(*server, login_of(spec.credential));
  const auto agent = agents_.find(renews);
  if (result && agent != agents_.end()) agent->second->agent->renew(login_of(spec.credential));
  co_return outcome_of(result, spec.imap.host);
}

Task<Result<std::shared_ptr<Agents::Hosted>>> Agents::make(AgentSpec spec) {
  CO_TRY_ASSIGN(connector::Server imap, server_of(spec.imap));
  CO_TRY_ASSIGN(connector::Server submission, server_of(spec.submission));
  auto hosted = std::make_shared<Hosted>(std::move(imap), std::move(submission));
  hosted->host = spec.imap.host;
  agent::UserOperationsSettings operations;
  operations.state_dir = spec.state_dir;
  operations.stem = state_file_stem(spec.account);
  operations.sent_by_server = spec.sent_by_server;
  operations.submission.own_host = own_host();
  operations.submission.ask_when_ambiguous = spec.ambiguous == Ambiguous::Ask;
  auto open = [this, &hosted, &operations] {
    return agent::UserOperations::open(loop_, *disk_, hosted->submissions, std::move(operations));
  };
  CO_TRY_ASSIGN(hosted->operations, co_await runtime::offload(open));
  const auto open_chunks = [&] {
    return chunks::ChunkFile::open(std::filesystem::path(spec.state_dir) / (state_file_stem(spec.account) + ".chunks"));
  };
  Result<chunks::ChunkFile> chunk_file = co_await runtime::offload(open_chunks);
  if (chunk_file) hosted->chunks = std::make_unique<chunks::ChunkIndex>(std::move(*chunk_file));
  agent::AgentSettings settings;
  settings.chunks = hosted->chunks.get();
  settings.scan = spec.scan;
  settings.spool_dir = spec.state_dir;
  settings.sent_by_server = spec.sent_by_server;
  settings.mixing = &mixing_;
  settings.authserv_id = spec.authserv_id;
  mixing_.set_most(spec.mixing);
  mixing_.limit(spec.cpu_share, [this] { return loop_.now(); });
  hosted->agent =
      std::make_unique<agent::Agent>(loop_, agents_scope_, hosted->dialer, hosted->operations.get(), settings);
  const Result<> started = co_await hosted->agent->start(login_of(spec.credential));
  if (!started) {
    co_await hosted->agent->logoff();
    co_return tl::unexpected(started.error());
  }
  const Result<std::uint64_t> size =
      co_await runtime::with_timeout(kOfferLimit, offered_size(hosted->submissions, login_of(spec.credential)));
  if (size)
    hosted->submission_size = *size;  // else: the face keeps its default; the submission itself will say what is wrong
  co_return hosted;
}

Task<LoginOutcome> Agents::start(AgentId id, AgentSpec spec) {
  const std::string host = spec.imap.host;
  if (agents_.contains(id)) co_return outcome_of(fail(Errc::Conflict, "this agent lives already"), host);
  const Result<std::shared_ptr<Hosted>> hosted = co_await make(std::move(spec));
  if (!hosted) co_return outcome_of(tl::unexpected(hosted.error()), host);
  agents_.emplace(id, *hosted);
  if (watching_ != nullptr) watching_->spawn("agent's events", watch(id, *hosted));
  LoginOutcome outcome = outcome_of({}, host);
  outcome.submission_size = (*hosted)->submission_size;
  co_return outcome;
}

// Tells the front what becomes of an agent until it is released.
Task<Result<>> Agents::watch(AgentId id, std::shared_ptr<Hosted> hosted) {
  worker::AgentStatus last;
  for (bool first = true; !hosted->ending; first = false) {
    const agent::AgentStatus status = hosted->agent->status();
    const std::string text = status.connected ? (status.idling ? "idle" : "working") : status.trouble;
    worker::AgentStatus now{id, text, status.connected, status.down, status.up};
    if (events_ != nullptr && (first || now != last)) events_->on_status(now);
    last = std::move(now);
    if (hosted->agent->ended()) {
      const Error why = *hosted->agent->ended();
      agents_.erase(id);
      co_await end(hosted);
      if (events_ != nullptr) events_->on_ended(id, outcome_of(tl::unexpected(why), hosted->host));
      co_return Result<>();
    }
    CO_TRY(co_await hosted->agent->changed().wait());
  }
  co_return Result<>();
}

Task<void> Agents::end(std::shared_ptr<Hosted> hosted) {
  if (std::exchange(hosted->ending, true)) co_return;
  co_await hosted->agent->logoff();
  hosted->agent->changed().notify_all();
}

Task<Result<>> Agents::attach(AgentId id, worker::DeviceSessionId session, std::string, std::string) {
  const auto found = agents_.find(id);
  if (found == agents_.end()) co_return fail(Errc::NotFound, "no such agent");
  found->second->agent->attach(session_of(session));
  co_return Result<>();
}

void Agents::set_link(AgentId id, worker::DeviceSessionId session, booster::session::BitsPerSecond rate) {
  const auto found = agents_.find(id);
  if (found != agents_.end()) found->second->agent->set_link(session_of(session), rate);
}

void Agents::give_stream(AgentId id, worker::DeviceSessionId session, sync::MailPurpose purpose,
                         booster::net::StreamPtr stream) {
  const auto found = agents_.find(id);
  if (found != agents_.end()) found->second->agent->give_stream(session_of(session), purpose, std::move(stream));
}

Task<void> Agents::detach(AgentId id, worker::DeviceSessionId session) {
  const auto found = agents_.find(id);
  if (found == agents_.end()) co_return;
  const std::shared_ptr<Hosted> hosted = found->second;
  co_await hosted->agent->detach(session_of(session));
}

Task<void> Agents::release(AgentId id) {
  const auto found = agents_.find(id);
  if (found == agents_.end()) co_return;
  const std::shared_ptr<Hosted> hosted = found->second;
  agents_.erase(found);
  co_await end(hosted);
}

}  // namespace proxy::gateway::hosting
