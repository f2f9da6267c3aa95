#include "proxy/sync/control.h"

#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "proxy/sync/fields.h"

namespace proxy::sync {
namespace {

using codec::property::Chain;
using namespace fields;

constexpr std::size_t kMaxTarget = 300;  // a name of 255 and a port

enum class ControlKind : std::uint8_t {
  Login = 1,
  LoginResult = 2,
  AgentLost = 3,
  AgentReady = 4,
  Logoff = 5,
  Enrol = 6,
  EnrolResult = 7,
  Goodbye = 8
};

struct ControlEncoder {
  Chain operator()(const LoginRequest& message) const {
    Chain chain = of_kind(ControlKind::Login);
    put(chain, id::kAccount, message.account.value);
    put(chain, id::kAddress, message.address);
    put(chain, id::kUser, message.user);
    put(chain, id::kPassword, message.password);
    put(chain, id::kDevice, message.device);
    put(chain, id::kProbe, message.probe ? 1 : 0);
    return chain;
  }
  Chain operator()(const LoginResult& message) const {
    Chain chain = of_kind(ControlKind::LoginResult);
    put(chain, id::kAccount, message.account.value);
    put(chain, id::kCode, static_cast<std::uint64_t>(message.code));
    put(chain, id::kText, message.text);
    put(chain, id::kServer, message.server);
    put(chain, id::kSubmissionSize, message.submission_size);
    return chain;
  }
  Chain operator()(const AgentLost& message) const {
    Chain chain = of_kind(ControlKind::AgentLost);
    put(chain, id::kAccount, message.account.value);
    put(chain, id::kText, message.text);
    return chain;
  }
  Chain operator()(const AgentReady& message) const {
    Chain chain = of_kind(ControlKind::AgentReady);
    put(chain, id::kAccount, message.account.value);
    return chain;
  }
  Chain operator()(const Logoff& message) const {
    Chain chain = of_kind(ControlKind::Logoff);
    put(chain, id::kAccount, message.account.value);
    return chain;
  }
  Chain operator()(const EnrolRequest& message) const {
    Chain chain = of_kind(ControlKind::Enrol);
    put(chain, id::kEnrolCode, message.code);
    put(chain, id::kDevice, message.device);
    put(chain, id::kRequest, message.request);
    return chain;
  }
  Chain operator()(const EnrolResult& message) const {
    Chain chain = of_kind(ControlKind::EnrolResult);
    put(chain, id::kCode, message.ok ? 1 : 0);
    put(chain, id::kText, message.text);
    put(chain, id::kCertificate, message.certificate);
    for (const std::string& address : message.addresses) chain.add(id::kAddress, address);
    return chain;
  }
  Chain operator()(const Goodbye& message) const {
    Chain chain = of_kind(ControlKind::Goodbye);
    put(chain, id::kText, message.text);
    return chain;
  }
};

Result<ControlMessage> decode_login(const Chain& chain) {
  LoginRequest message;
  TRY(get(chain, id::kAccount, message.account.value));
  TRY(get(chain, id::kAddress, message.address));
  TRY(get(chain, id::kUser, message.user));
  TRY(get(chain, id::kPassword, message.password));
  TRY(get(chain, id::kDevice, message.device));
  TRY(get(chain, id::kProbe, message.probe));
  return message;
}

Result<ControlMessage> decode_login_result(const Chain& chain) {
  LoginResult message;
  TRY(get(chain, id::kAccount, message.account.value));
  TRY(get_enum(chain, id::kCode, message.code, LoginResult::Code::Failed));
  TRY(get(chain, id::kText, message.text));
  TRY(get(chain, id::kServer, message.server));
  TRY(get(chain, id::kSubmissionSize, message.submission_size));
  return message;
}

Result<ControlMessage> decode_enrol(const Chain& chain) {
  EnrolRequest message;
  TRY(get(chain, id::kEnrolCode, message.code));
  TRY(get(chain, id::kDevice, message.device));
  TRY(get(chain, id::kRequest, message.request));
  return message;
}

Result<ControlMessage> decode_enrol_result(const Chain& chain) {
  EnrolResult message;
  TRY(get(chain, id::kCode, message.ok));
  TRY(get(chain, id::kText, message.text));
  TRY(get(chain, id::kCertificate, message.certificate));
  TRY_ASSIGN(const auto addresses, chain.all(id::kAddress));
  for (const std::string_view address : addresses) message.addresses.emplace_back(address);
  return message;
}

template <class M>
Result<ControlMessage> decode_account(const Chain& chain) {
  M message;
  TRY(get(chain, id::kAccount, message.account.value));
  if constexpr (requires { message.text; }) TRY(get(chain, id::kText, message.text));
  return message;
}

}  // namespace

Chain encode(const ControlMessage& message) {
  return std::visit(ControlEncoder{}, message);
}

Result<ControlMessage> decode_control(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<ControlKind>(number)) {
    case ControlKind::Login:
      return decode_login(chain);
    case ControlKind::LoginResult:
      return decode_login_result(chain);
    case ControlKind::AgentLost:
      return decode_account<AgentLost>(chain);
    case ControlKind::AgentReady:
      return decode_account<AgentReady>(chain);
    case ControlKind::Logoff:
      return decode_account<Logoff>(chain);
    case ControlKind::Enrol:
      return decode_enrol(chain);
    case ControlKind::EnrolResult:
      return decode_enrol_result(chain);
    case ControlKind::Goodbye: {
      Goodbye message;
      TRY(get(chain, id::kText, message.text));
      return message;
    }
  }
  return fail(Errc::Unsupported, "control message of kind " + std::to_string(number));
}

Bytes encode_purpose(const StreamPurpose& purpose) {
  Chain chain;
  put(chain, id::kLane, static_cast<std::uint64_t>(purpose.lane));
  put(chain, id::kAccount, purpose.account.value);
  if (purpose.lane == Lane::Mail) put(chain, id::kPurpose, static_cast<std::uint64_t>(purpose.purpose));
  put(chain, id::kTarget, purpose.target);
  return codec::property::encode(chain);
}

Result<StreamPurpose> decode_purpose(ByteView metadata) {
  TRY_ASSIGN(const Chain chain, codec::property::decode(metadata, codec::property::kControlLimits));
  StreamPurpose purpose;
  TRY_ASSIGN(const std::uint64_t lane, chain.require(id::kLane));
  if (lane != 1 && lane != 2) return fail(Errc::Unsupported, "lane " + std::to_string(lane));
  purpose.lane = static_cast<Lane>(lane);
  TRY(get(chain, id::kAccount, purpose.account.value));
  TRY(get(chain, id::kTarget, purpose.target));
  if (purpose.target.size() > kMaxTarget)
    return fail(Errc::Limit, "flow target of " + std::to_string(purpose.target.size()) + " bytes");
  if (purpose.lane == Lane::Flow) return purpose;
  TRY_ASSIGN(const std::uint64_t number, chain.require(id::kPurpose));
  if (number < 1 || number > static_cast<std::uint64_t>(MailPurpose::Upload))
    return fail(Errc::Unsupported, "mail stream of purpose " + std::to_string(number));
  purpose.purpose = static_cast<MailPurpose>(number);
  return purpose;
}

}  // namespace proxy::sync
