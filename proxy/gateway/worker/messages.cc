#include "proxy/gateway/worker/messages.h"

#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/sync/fields.h"

namespace proxy::gateway::worker {
namespace {

using codec::property::Chain;
using codec::property::Name;
using codec::property::name_of;
using codec::property::Property;
using codec::property::Type;
using sync::fields::get;
using sync::fields::get_enum;
using sync::fields::kind_of;
using sync::fields::kind_or_none;
using sync::fields::of_kind;
using sync::fields::put;
using Code = sync::LoginResult::Code;

constexpr Property<Type::Unsigned> kCall{0x180, "call"};
constexpr Property<Type::Unsigned> kAgent{0x181, "agent"};
constexpr Property<Type::Unsigned> kSession{0x182, "device session"};
constexpr Property<Type::Chain> kSpec{0x183, "agent spec"};
constexpr Property<Type::Text> kAddress{0x184, "user's address"};
constexpr Property<Type::Text> kLogin{0x185, "login name"};
constexpr Property<Type::Chain> kImap{0x186, "imap server"};
constexpr Property<Type::Chain> kSubmission{0x187, "submission server"};
constexpr Property<Type::Text> kHost{0x188, "host"};
constexpr Property<Type::Unsigned> kPort{0x189, "port"};
constexpr Property<Type::Unsigned> kSecurity{0x18a, "security"};
constexpr Property<Type::Text> kCaFile{0x18b, "ca file"};
constexpr Property<Type::Unsigned> kSentByServer{0x18c, "sent by server"};
constexpr Property<Type::Unsigned> kAmbiguous{0x18d, "ambiguous"};
constexpr Property<Type::Unsigned> kScan{0x18e, "scan seconds"};
constexpr Property<Type::Text> kStateDir{0x18f, "state directory"};
constexpr Property<Type::Text> kSourceAddress{0x190, "source address"};
constexpr Property<Type::Text> kUpstreamLogin{0x191, "authentication identity"};
constexpr Property<Type::Text> kAuthorizeAs{0x192, "authorization identity"};
constexpr Property<Type::Bytes> kPassword{0x193, "password"};
constexpr Property<Type::Text> kDevice{0x194, "device"};
constexpr Property<Type::Text> kClientAddress{0x195, "client address"};
constexpr Property<Type::Unsigned> kCode{0x196, "login code"};
constexpr Property<Type::Text> kText{0x197, "login text"};
constexpr Property<Type::Text> kServer{0x198, "server"};
constexpr Property<Type::Unsigned> kSubmissionSize{0x199, "submission size"};
constexpr Property<Type::Unsigned> kConnected{0x19a, "connected"};
constexpr Property<Type::Unsigned> kPurpose{0x19b, "purpose"};
constexpr Property<Type::Unsigned> kLinkRate{0x19c, "link rate"};
constexpr Property<Type::Unsigned> kMixing{0x19d, "mixing coders"};
constexpr Property<Type::Text> kAuthservId{0x19e, "authserv-id"};
constexpr Property<Type::Bytes> kCarriedDown{0x1b8, "carried down"};
constexpr Property<Type::Bytes> kCarriedUp{0x1b9, "carried up"};
constexpr Name kNames[] = {
    name_of(kCall),          name_of(kAgent),          name_of(kSession),     name_of(kSpec),
    name_of(kAddress),       name_of(kLogin),          name_of(kImap),        name_of(kSubmission),
    name_of(kHost),          name_of(kPort),           name_of(kSecurity),    name_of(kCaFile),
    name_of(kSentByServer),  name_of(kAmbiguous),      name_of(kScan),        name_of(kStateDir),
    name_of(kSourceAddress), name_of(kUpstreamLogin),  name_of(kAuthorizeAs), name_of(kPassword),
    name_of(kDevice),        name_of(kClientAddress),  name_of(kCode),        name_of(kText),
    name_of(kServer),        name_of(kSubmissionSize), name_of(kConnected),   name_of(kPurpose),
    name_of(kLinkRate),      name_of(kMixing),         name_of(kAuthservId)};
constexpr Property<Type::Unsigned> kCpuShare{0x1ba, "cpu share"};
constexpr Name kMoreNames[] = {name_of(kCpuShare), name_of(kCarriedDown), name_of(kCarriedUp)};
// The broker has the rest of kProcessIds.
static_assert(codec::property::well_registered(kNames, {0x180, 0x19f}));
static_assert(codec::property::well_registered(kMoreNames, {0x1b8, 0x1bf}));

enum class Kind : std::uint8_t {
  Assign = 1,
  Verify = 2,
  Attach = 3,
  Detach = 4,
  Release = 5,
  Outcome = 6,
  AgentStatus = 7,
  AgentEnded = 8,
  Link = 9,
};

Chain encode_server(const ServerSettings& server) {
  Chain chain;
  put(chain, kHost, server.host);
  put(chain, kPort, std::uint64_t{server.port});
  put(chain, kSecurity, static_cast<std::uint64_t>(server.security));
  put(chain, kCaFile, server.ca_file);
  return chain;
}
Result<> decode_server(const Chain& chain, ServerSettings& server) {
  TRY(get(chain, kHost, server.host));
  TRY(get(chain, kPort, server.port));
  TRY(get_enum(chain, kSecurity, server.security, Security::None));
  return get(chain, kCaFile, server.ca_file);
}

Chain encode_spec(const AgentSpec& spec) {
  Chain chain;
  put(chain, kAddress, spec.account.address);
  put(chain, kLogin, spec.account.login);
  chain.add(kImap, encode_server(spec.imap));
  chain.add(kSubmission, encode_server(spec.submission));
  put(chain, kSentByServer, std::uint64_t{spec.sent_by_server});
  put(chain, kAmbiguous, static_cast<std::uint64_t>(spec.ambiguous));
  put(chain, kScan, static_cast<std::uint64_t>(spec.scan.count()));
  put(chain, kMixing, spec.mixing);
  put(chain, kCpuShare, spec.cpu_share);
  put(chain, kAuthservId, spec.authserv_id);
  put(chain, kStateDir, spec.state_dir);
  put(chain, kSourceAddress, spec.source_address);
  put(chain, kUpstreamLogin, spec.credential.login);
  put(chain, kAuthorizeAs, spec.credential.authorize_as);
  put(chain, kPassword, spec.credential.password.reveal());
  return chain;
}

Result<AgentSpec> decode_spec(const Chain& outer) {
  TRY_ASSIGN(const Chain* chain, outer.require(kSpec));
  AgentSpec spec;
  std::string address;
  std::string login;
  TRY(get(*chain, kAddress, address));
  TRY(get(*chain, kLogin, login));
  TRY_ASSIGN(spec.account, make_account(address, login));
  if (spec.account.address != address) return fail(Errc::Protocol, "agent spec: the address is not canonical");
  TRY_ASSIGN(const Chain* imap, chain->require(kImap));
  TRY(decode_server(*imap, spec.imap));
  TRY_ASSIGN(const Chain* submission, chain->require(kSubmission));
  TRY(decode_server(*submission, spec.submission));
  TRY(get(*chain, kSentByServer, spec.sent_by_server));
  TRY(get_enum(*chain, kAmbiguous, spec.ambiguous, Ambiguous::Ask));
  std::uint32_t scan = 0;
  TRY(get(*chain, kScan, scan));
  spec.scan = std::chrono::seconds(scan);
  TRY(get(*chain, kMixing, spec.mixing));
  TRY(get(*chain, kCpuShare, spec.cpu_share));
  TRY(get(*chain, kAuthservId, spec.authserv_id));
  TRY(get(*chain, kStateDir, spec.state_dir));
  TRY(get(*chain, kSourceAddress, spec.source_address));
  TRY(get(*chain, kUpstreamLogin, spec.credential.login));
  TRY(get(*chain, kAuthorizeAs, spec.credential.authorize_as));
  TRY_ASSIGN(const ByteView password, chain->get_or(kPassword, ByteView()));
  spec.credential.password = booster::crypto::Secret::of(password);
  return spec;
}

void put_outcome(Chain& chain, const LoginOutcome& outcome) {
  put(chain, kCode, static_cast<std::uint64_t>(outcome.code));
  put(chain, kText, outcome.text);
  put(chain, kServer, outcome.server);
  put(chain, kSubmissionSize, outcome.submission_size);
}
Result<> get_outcome(const Chain& chain, LoginOutcome& outcome) {
  TRY(get_enum(chain, kCode, outcome.code, Code::Failed));
  switch (outcome.code) {
    case Code::Ok:
    case Code::Refused:
    case Code::Unreachable:
    case Code::Throttled:  // the mail server's own limit
    case Code::Failed:
      break;
    case Code::Waiting:
    case Code::NoAgent:
    case Code::NoService:
      return fail(Errc::Protocol, "outcome: not a worker's to say");
  }
  TRY(get(chain, kText, outcome.text));
  TRY(get(chain, kServer, outcome.server));
  return get(chain, kSubmissionSize, outcome.submission_size);
}

Result<> get_carried(const Chain& chain, const Property<Type::Bytes>& property, messaging::Carried& into) {
  TRY_ASSIGN(const ByteView packed, chain.require(property));
  TRY_ASSIGN(into, messaging::unpack_carried(packed));
  return {};
}

struct Encoder {
  Chain operator()(const Assign& message) const {
    Chain chain = of_kind(Kind::Assign);
    put(chain, kCall, message.call.value);
    put(chain, kAgent, message.agent.value);
    chain.add(kSpec, encode_spec(message.spec));
    return chain;
  }
  Chain operator()(const Verify& message) const {
    Chain chain = of_kind(Kind::Verify);
    put(chain, kCall, message.call.value);
    put(chain, kAgent, message.renews.value);
    chain.add(kSpec, encode_spec(message.spec));
    return chain;
  }
  Chain operator()(const Attach& message) const {
    Chain chain = of_kind(Kind::Attach);
    put(chain, kCall, message.call.value);
    put(chain, kAgent, message.agent.value);
    put(chain, kSession, message.session.value);
    put(chain, kDevice, message.device);
    put(chain, kClientAddress, message.address);
    return chain;
  }
  Chain operator()(const Link& message) const {
    Chain chain = of_kind(Kind::Link);
    put(chain, kAgent, message.agent.value);
    put(chain, kSession, message.session.value);
    put(chain, kLinkRate, message.rate.value);
    return chain;
  }
  Chain operator()(const Detach& message) const {
    Chain chain = of_kind(Kind::Detach);
    put(chain, kAgent, message.agent.value);
    put(chain, kSession, message.session.value);
    return chain;
  }
  Chain operator()(const Release& message) const {
    Chain chain = of_kind(Kind::Release);
    put(chain, kAgent, message.agent.value);
    return chain;
  }
  Chain operator()(const Outcome& message) const {
    Chain chain = of_kind(Kind::Outcome);
    put(chain, kCall, message.call.value);
    put_outcome(chain, message.outcome);
    return chain;
  }
  Chain operator()(const AgentStatus& message) const {
    Chain chain = of_kind(Kind::AgentStatus);
    put(chain, kAgent, message.agent.value);
    put(chain, kText, message.text);
    put(chain, kConnected, std::uint64_t{message.connected});
    put(chain, kCarriedDown, messaging::pack_carried(message.down));
    put(chain, kCarriedUp, messaging::pack_carried(message.up));
    return chain;
  }
  Chain operator()(const AgentEnded& message) const {
    Chain chain = of_kind(Kind::AgentEnded);
    put(chain, kAgent, message.agent.value);
    put_outcome(chain, message.outcome);
    return chain;
  }
};

Result<Message> decode_assign(const Chain& chain) {
  Assign message;
  TRY(get(chain, kCall, message.call.value));
  TRY(get(chain, kAgent, message.agent.value));
  TRY_ASSIGN(message.spec, decode_spec(chain));
  return Result<Message>(std::move(message));
}
Result<Message> decode_verify(const Chain& chain) {
  Verify message;
  TRY(get(chain, kCall, message.call.value));
  TRY(get(chain, kAgent, message.renews.value));
  TRY_ASSIGN(message.spec, decode_spec(chain));
  return Result<Message>(std::move(message));
}
Result<Message> decode_attach(const Chain& chain) {
  Attach message;
  TRY(get(chain, kCall, message.call.value));
  TRY(get(chain, kAgent, message.agent.value));
  TRY(get(chain, kSession, message.session.value));
  TRY(get(chain, kDevice, message.device));
  TRY(get(chain, kClientAddress, message.address));
  return Result<Message>(std::move(message));
}
Result<Message> decode_status(const Chain& chain) {
  AgentStatus message;
  TRY(get(chain, kAgent, message.agent.value));
  TRY(get(chain, kText, message.text));
  TRY(get(chain, kConnected, message.connected));
  TRY(get_carried(chain, kCarriedDown, message.down));
  TRY(get_carried(chain, kCarriedUp, message.up));
  return Result<Message>(std::move(message));
}

}  // namespace

Chain encode(const Message& message) {
  return std::visit(Encoder{}, message);
}

Result<Message> decode_message(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<Kind>(number)) {
    case Kind::Assign:
      return decode_assign(chain);
    case Kind::Verify:
      return decode_verify(chain);
    case Kind::Attach:
      return decode_attach(chain);
    case Kind::Link: {
      Link message;
      TRY(get(chain, kAgent, message.agent.value));
      TRY(get(chain, kSession, message.session.value));
      TRY(get(chain, kLinkRate, message.rate.value));
      return Result<Message>(message);
    }
    case Kind::Detach: {
      Detach message;
      TRY(get(chain, kAgent, message.agent.value));
      TRY(get(chain, kSession, message.session.value));
      return Result<Message>(message);
    }
    case Kind::Release: {
      Release message;
      TRY(get(chain, kAgent, message.agent.value));
      return Result<Message>(message);
    }
    case Kind::Outcome: {
      Outcome message;
      TRY(get(chain, kCall, message.call.value));
      TRY(get_outcome(chain, message.outcome));
      return Result<Message>(std::move(message));
    }
    case Kind::AgentStatus:
      return decode_status(chain);
    case Kind::AgentEnded: {
      AgentEnded message;
      TRY(get(chain, kAgent, message.agent.value));
      TRY(get_outcome(chain, message.outcome));
      return Result<Message>(std::move(message));
    }
  }
  return fail(Errc::Unsupported, "worker message of kind " + std::to_string(number));
}

Bytes encode_ticket(const StreamTicket& ticket) {
  Chain chain;
  put(chain, kAgent, ticket.agent.value);
  put(chain, kSession, ticket.session.value);
  put(chain, kPurpose, static_cast<std::uint64_t>(ticket.purpose));
  return codec::property::encode(chain);
}

Result<StreamTicket> decode_ticket(ByteView metadata) {
  TRY_ASSIGN(const Chain chain, codec::property::decode(metadata, codec::property::kControlLimits));
  StreamTicket ticket;
  TRY(get(chain, kAgent, ticket.agent.value));
  TRY(get(chain, kSession, ticket.session.value));
  TRY_ASSIGN(const std::uint64_t purpose, chain.require(kPurpose));
  if (purpose < 1 || purpose > static_cast<std::uint64_t>(sync::MailPurpose::Upload))
    return fail(Errc::Unsupported, "mail stream of purpose " + std::to_string(purpose));
  ticket.purpose = static_cast<sync::MailPurpose>(purpose);
  return ticket;
}

// A Unix socket: no round trip to hide, so a stream's window stays small; but hundreds of agents share one session, and
// none may stop the others.
booster::session::Limits worker_limits() {
  booster::session::Limits limits;
  limits.session_window = std::uint64_t{64} << 20;
  limits.streams = 16384;  // some five a device session
  // What waits in here cannot be taken back, and may take long over a slow link; a socket needs no more.
  limits.stream_window = std::uint64_t{64} << 10;
  limits.stream_send = std::size_t{32} << 10;
  limits.receive_budget = std::size_t{64} << 20;
  limits.send_budget = std::size_t{64} << 20;
  limits.keepalive = std::chrono::seconds(30);  // a worker that hangs is noticed, killed and reaped
  return limits;
}

}  // namespace proxy::gateway::worker
