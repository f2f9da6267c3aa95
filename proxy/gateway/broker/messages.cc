#include "proxy/gateway/broker/messages.h"

#include "codec/property/registry.h"
#include "proxy/sync/fields.h"

namespace proxy::gateway::broker {
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

constexpr Property<Type::Unsigned> kCall{0x1a0, "call"};
constexpr Property<Type::Text> kKeyFile{0x1a1, "key file"};
constexpr Property<Type::Chain> kMaster{0x1a2, "master"};
constexpr Property<Type::Text> kDomain{0x1a3, "domain"};
constexpr Property<Type::Text> kPasswordFile{0x1a4, "password file"};
constexpr Property<Type::Text> kAccount{0x1a5, "account"};
constexpr Property<Type::Bytes> kTag{0x1a6, "refused tag"};
constexpr Property<Type::Unsigned> kExpires{0x1a7, "expires"};
constexpr Property<Type::Text> kNetwork{0x1a8, "network"};
constexpr Property<Type::Unsigned> kEnrolled{0x1a9, "enrolled"};
constexpr Property<Type::Bytes> kPassword{0x1aa, "password"};
constexpr Property<Type::Unsigned> kResult{0x1ab, "result"};
constexpr Property<Type::Unsigned> kKeep{0x1ac, "keep"};
constexpr Property<Type::Unsigned> kVerdict{0x1ad, "verdict"};
constexpr Property<Type::Unsigned> kAgain{0x1ae, "again"};
constexpr Property<Type::Unsigned> kFound{0x1af, "found"};
constexpr Property<Type::Text> kText{0x1b0, "note"};
constexpr Name kNames[] = {
    name_of(kCall), name_of(kKeyFile), name_of(kMaster),  name_of(kDomain),   name_of(kPasswordFile), name_of(kAccount),
    name_of(kTag),  name_of(kExpires), name_of(kNetwork), name_of(kEnrolled), name_of(kPassword),     name_of(kResult),
    name_of(kKeep), name_of(kVerdict), name_of(kAgain),   name_of(kFound),    name_of(kText)};
static_assert(codec::property::well_registered(kNames, {0x1a0, 0x1b7}));  // the worker has the rest of kProcessIds

enum class Kind : std::uint8_t {
  Configure = 1,
  KnownRefusal = 2,
  Ask = 3,
  Report = 4,
  Fetch = 5,
  Forget = 6,
  Answer = 7,
  Fetched = 8,
  Note = 9,
};

struct Encoder {
  Chain operator()(const Configure& message) const {
    Chain chain = of_kind(Kind::Configure);
    put(chain, kKeyFile, message.key_file);
    for (const Configure::Master& master : message.masters) {
      Chain inner;
      put(inner, kDomain, master.domain);
      put(inner, kPasswordFile, master.password_file);
      chain.add(kMaster, std::move(inner));
    }
    return chain;
  }
  Chain operator()(const KnownRefusal& message) const {
    Chain chain = of_kind(Kind::KnownRefusal);
    put(chain, kAccount, message.account);
    put(chain, kTag, message.tag);
    put(chain, kExpires, static_cast<std::uint64_t>(message.expires_at.time_since_epoch().count()));
    return chain;
  }
  Chain operator()(const Ask& message) const {
    Chain chain = of_kind(Kind::Ask);
    put(chain, kCall, message.call);
    put(chain, kAccount, message.account);
    put(chain, kNetwork, message.network);
    put(chain, kEnrolled, std::uint64_t{message.enrolled});
    put(chain, kPassword, message.password.reveal());
    return chain;
  }
  Chain operator()(const Report& message) const {
    Chain chain = of_kind(Kind::Report);
    put(chain, kCall, message.call);
    put(chain, kResult, static_cast<std::uint64_t>(message.result));
    put(chain, kKeep, std::uint64_t{message.keep});
    return chain;
  }
  Chain operator()(const Fetch& message) const {
    Chain chain = of_kind(Kind::Fetch);
    put(chain, kCall, message.call);
    put(chain, kAccount, message.account);
    put(chain, kDomain, message.domain);
    return chain;
  }
  Chain operator()(const Forget& message) const {
    Chain chain = of_kind(Kind::Forget);
    put(chain, kAccount, message.account);
    return chain;
  }
  Chain operator()(const Answer& message) const {
    Chain chain = of_kind(Kind::Answer);
    put(chain, kCall, message.call);
    put(chain, kVerdict, static_cast<std::uint64_t>(message.verdict));
    put(chain, kAgain, static_cast<std::uint64_t>(message.again.count()));
    return chain;
  }
  Chain operator()(const Fetched& message) const {
    Chain chain = of_kind(Kind::Fetched);
    put(chain, kCall, message.call);
    put(chain, kFound, std::uint64_t{message.found});
    put(chain, kPassword, message.password.reveal());
    return chain;
  }
  Chain operator()(const Note& message) const {
    Chain chain = of_kind(Kind::Note);
    put(chain, kText, message.text);
    return chain;
  }
};

Result<> get_secret(const Chain& chain, Secret& into) {
  TRY_ASSIGN(const ByteView password, chain.get_or(kPassword, ByteView()));
  into = Secret::of(password);
  return {};
}

Result<Message> decode_configure(const Chain& chain) {
  Configure message;
  TRY(get(chain, kKeyFile, message.key_file));
  TRY_ASSIGN(const auto masters, chain.all(kMaster));
  for (const Chain* inner : masters) {
    Configure::Master master;
    TRY(get(*inner, kDomain, master.domain));
    TRY(get(*inner, kPasswordFile, master.password_file));
    message.masters.push_back(std::move(master));
  }
  return Result<Message>(std::move(message));
}

Result<Message> decode_known(const Chain& chain) {
  KnownRefusal message;
  TRY(get(chain, kAccount, message.account));
  TRY(get(chain, kTag, message.tag));
  std::uint32_t expires = 0;
  TRY(get(chain, kExpires, expires));
  message.expires_at = WallTime(std::chrono::seconds(expires));
  return Result<Message>(std::move(message));
}

Result<Message> decode_ask(const Chain& chain) {
  Ask message;
  TRY(get(chain, kCall, message.call));
  TRY(get(chain, kAccount, message.account));
  TRY(get(chain, kNetwork, message.network));
  TRY(get(chain, kEnrolled, message.enrolled));
  TRY(get_secret(chain, message.password));
  if (message.account.empty()) return fail(Errc::Protocol, "ask: no account");  // CVE-2019-3814: proof without a name
  return Result<Message>(std::move(message));
}

Result<Message> decode_report(const Chain& chain) {
  Report message;
  TRY(get(chain, kCall, message.call));
  TRY(get_enum(chain, kResult, message.result, Report::Result::Unknown));
  TRY(get(chain, kKeep, message.keep));
  return Result<Message>(message);
}

Result<Message> decode_fetch(const Chain& chain) {
  Fetch message;
  TRY(get(chain, kCall, message.call));
  TRY(get(chain, kAccount, message.account));
  TRY(get(chain, kDomain, message.domain));
  return Result<Message>(std::move(message));
}

Result<Message> decode_answer(const Chain& chain) {
  Answer message;
  TRY(get(chain, kCall, message.call));
  TRY(get_enum(chain, kVerdict, message.verdict, Answer::Verdict::Throttled));
  std::uint32_t again = 0;
  TRY(get(chain, kAgain, again));
  message.again = std::chrono::seconds(again);
  return Result<Message>(message);
}

Result<Message> decode_fetched(const Chain& chain) {
  Fetched message;
  TRY(get(chain, kCall, message.call));
  TRY(get(chain, kFound, message.found));
  TRY(get_secret(chain, message.password));
  return Result<Message>(std::move(message));
}

}  // namespace

Chain encode(const Message& message) {
  return std::visit(Encoder{}, message);
}

Result<Message> decode_message(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<Kind>(number)) {
    case Kind::Configure:
      return decode_configure(chain);
    case Kind::KnownRefusal:
      return decode_known(chain);
    case Kind::Ask:
      return decode_ask(chain);
    case Kind::Report:
      return decode_report(chain);
    case Kind::Fetch:
      return decode_fetch(chain);
    case Kind::Forget: {
      Forget message;
      TRY(get(chain, kAccount, message.account));
      return Result<Message>(std::move(message));
    }
    case Kind::Answer:
      return decode_answer(chain);
    case Kind::Fetched:
      return decode_fetched(chain);
    case Kind::Note: {
      Note message;
      TRY(get(chain, kText, message.text));
      return Result<Message>(std::move(message));
    }
  }
  return fail(Errc::Unsupported, "broker message of kind " + std::to_string(number));
}

}  // namespace proxy::gateway::broker
