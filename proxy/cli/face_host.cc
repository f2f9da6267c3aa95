#include "proxy/cli/face_host.h"

#include <unistd.h>

#include <fstream>

#include "proxy/cli/version_info.h"

namespace proxy::cli {
namespace {

namespace crypto = booster::crypto;
namespace faces = client::faces;
namespace net = booster::net;
namespace runtime = booster::runtime;
using runtime::Task;

Result<booster::tls::Context> face_context(const config::ClientConfig& config) {
  std::ifstream certificate_in(config.face_certificate);
  std::ifstream key_in(config.face_key);
  if (!certificate_in)
    return fail(Errc::NotFound, "open " + config.face_certificate + ": no such file, or not readable");
  if (!key_in) return fail(Errc::NotFound, "open " + config.face_key + ": no such file, or not readable");
  const std::string pem(std::istreambuf_iterator<char>(certificate_in), {});
  const std::string key_pem(std::istreambuf_iterator<char>(key_in), {});
  TRY_ASSIGN(crypto::Certificate leaf, crypto::Certificate::from_pem(pem));
  TRY_ASSIGN(crypto::PrivateKey key, crypto::PrivateKey::from_pem(crypto::Secret::of_text(key_pem)));
  std::vector<crypto::Certificate> chain;
  chain.push_back(std::move(leaf));
  booster::tls::Identity identity{std::move(chain), std::move(key)};
  booster::tls::ServerOptions options{
      .identity = std::move(identity), .ask_for_certificate = false, .oldest = booster::tls::Version::Tls12};
  return booster::tls::Context::server(std::move(options));
}

std::string trouble_of(const client::Client::Served& served) {
  if (served.engine == nullptr) return {};
  const client::LoginState state = served.engine->login_state();
  const std::string remedy = "packetboat account password " + served.account.address;
  if (state == client::LoginState::Refused)
    return "The mail server refused the password of this account. Give it anew: " + remedy;
  if (state == client::LoginState::NoPassword) return "No password of this account is stored. Give it: " + remedy;
  return {};
}

}  // namespace

Result<std::unique_ptr<FaceHost>> FaceHost::open(runtime::Loop& loop, const config::ClientConfig& config,
                                                 const config::Log& log, client::Client& client) {
  std::unique_ptr<FaceHost> host(new FaceHost(loop, client));
  TRY_ASSIGN(const net::Address imap, net::Address::parse(config.imap));
  TRY_ASSIGN(const net::Address submission, net::Address::parse(config.submission));
  TRY_ASSIGN(host->imap_, net::Listener::open(loop, imap));
  TRY_ASSIGN(host->submission_, net::Listener::open(loop, submission));
  faces::FaceSettings& settings = host->settings_;
  settings.version = version_text();
  if (!config.face_certificate.empty()) {
    TRY_ASSIGN(settings.tls, face_context(config));
  }
  settings.require_tls = !imap.is_loopback() || !submission.is_loopback();
  if (config.check_peer_uid) settings.only_uid = ::geteuid();
  settings.log = [log](std::string_view line) { log.info("{}", line); };
  return host;
}

std::optional<faces::AccountBook::Entry> FaceHost::find(std::string_view user) {
  client::Client::Served* served = client_.find(user);
  if (served == nullptr || served->replica == nullptr) return std::nullopt;
  const std::uint32_t number = served->account.number;
  auto& store = stores_[number];
  if (store == nullptr) {
    auto online = [served] {
      return served->engine != nullptr && served->engine->login_state() == client::LoginState::Ongoing;
    };
    auto trouble = [served] { return trouble_of(*served); };
    store = std::make_unique<faces::ReplicaMailstore>(*served->replica, online, trouble);
  }
  faces::SubmissionOffers offers;
  if (served->engine != nullptr && served->engine->submission_size() > 0)
    offers.max_size = served->engine->submission_size();
  store->set_submission_offers(offers);
  Entry entry;
  entry.password = client_.accounts().face_password(number);
  entry.store = store.get();
  return entry;
}

Task<Result<>> FaceHost::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  while (!here.scope->cancelled()) {
    auto ignore = [](const std::string&, const Error&) {};
    runtime::TaskScope serving(loop_, *here.scope, ignore);
    serving.spawn("imap face", faces::serve_imap(*imap_, settings_, *this, doorkeeper_));
    serving.spawn("submission face", faces::serve_submission(*submission_, settings_, *this, doorkeeper_));
    serving_ = &serving;
    co_await serving.join();
    serving_ = nullptr;
    stores_.clear();
    change_.notify_all();
    while (paused_ && !here.scope->cancelled()) (void)co_await change_.wait();
  }
  co_return fail(Errc::Cancelled, "faces");
}

Task<Result<>> FaceHost::pause_for(Task<Result<>> done) {
  Task<Result<>> work = std::move(done);
  paused_ = true;
  if (serving_ != nullptr) serving_->cancel();
  Result<> end;
  while (serving_ != nullptr && end) end = co_await change_.wait();
  if (end) end = co_await std::move(work);
  paused_ = false;
  change_.notify_all();
  co_return end;
}

}  // namespace proxy::cli
