// How a command travels: its pieces out, everything up to its tagged response in.
#include <algorithm>

#include "booster/runtime/timer.h"
#include "proxy/gateway/connector/imap_exchange.h"

namespace proxy::gateway::connector {

using imap::Response;
namespace response = imap::response;

ImapConnection::ImapConnection(net::StreamPtr wire, const Server& server)
    : host_(server.host), wire_(std::move(wire)), buffer_(kReadBuffer) {}

ImapConnection::~ImapConnection() {
  close();
}

void ImapConnection::close() {
  if (wire_) wire_->close();
  wire_.reset();
  selected_.reset();
}

Task<Result<imap::ResponseEvent>> ImapConnection::next_event() {
  for (;;) {
    std::string_view in = as_text(ByteView(buffer_).subspan(begin_, end_ - begin_));
    auto event = reader_.next(in);
    begin_ = end_ - in.size();
    if (!event) co_return tl::unexpected(std::move(event).error());
    if (*event) co_return std::move(**event);
    begin_ = end_ = 0;
    auto count = co_await runtime::with_timeout(stall_, wire_->read(buffer_));
    if (!count) co_return tl::unexpected(std::move(count).error().context("answer of " + host_));
    if (*count == 0) co_return fail(Errc::Closed, host_ + (bye_ ? " said goodbye" : " closed the connection"));
    if (*count > octets_left_) co_return fail(Errc::Limit, "answer of " + host_ + ": too long");
    octets_left_ -= *count;
    end_ = *count;
  }
}

Task<Result<Response>> ImapConnection::next_response() {
  for (;;) {
    auto event = co_await next_event();
    if (!event) co_return tl::unexpected(std::move(event).error());
    if (auto* found = std::get_if<Response>(&*event)) {
      note(*found);
      co_return std::move(*found);
    }
  }
}

Task<Result<>> ImapConnection::write(std::string text) {
  auto written = co_await runtime::with_timeout(kStall, wire_->write(as_bytes(text)));
  if (!written) co_return tl::unexpected(std::move(written).error().context("command to " + host_));
  co_return Result<>();
}

imap::Tag ImapConnection::next_tag() {
  return *imap::make_tag("p" + std::to_string(++tags_));
}

imap::LiteralSupport ImapConnection::literals() const {
  if (can_.literal_plus) return imap::LiteralSupport::Plus;
  return can_.literal_minus ? imap::LiteralSupport::Minus : imap::LiteralSupport::Sync;
}

// Until the tagged response of `tag`, or "+" where one is waited for: then nullopt.
Task<Result<std::optional<response::State>>> ImapConnection::read_until(imap::Tag tag, Exchange& exchange,
                                                                        bool continues) {
  for (;;) {
    auto event = co_await next_event();
    if (!event) co_return tl::unexpected(std::move(event).error());
    if (auto* begin = std::get_if<imap::BodyBegin>(&*event)) CO_TRY(exchange.on_body_begin(*begin));
    if (auto* bytes = std::get_if<imap::BodyBytes>(&*event)) CO_TRY(co_await exchange.on_body_octets(bytes->bytes));
    if (std::holds_alternative<imap::BodyEnd>(*event)) exchange.on_body_end();
    auto* found = std::get_if<Response>(&*event);
    if (found == nullptr) continue;
    note(*found);
    if (std::holds_alternative<response::Continue>(*found)) {
      if (continues) co_return std::optional<response::State>();
      co_return fail(Errc::Protocol, host_ + " asks for what was not announced");
    }
    auto* state = std::get_if<response::State>(found);
    if (state == nullptr || !state->tag) {
      CO_TRY(exchange.on_response(*found));
      continue;
    }
    if (*state->tag != tag) co_return fail(Errc::Protocol, host_ + " answers a command that was not given");
    CO_TRY(exchange.on_response(*found));
    co_return std::optional<response::State>(std::move(*state));
  }
}

Task<Result<response::State>> ImapConnection::send_and_read(imap::CommandText text, imap::Tag tag, Exchange& exchange) {
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    CO_TRY(co_await write(std::move(text.pieces[i])));
    const bool last = i + 1 == text.pieces.size();
    CO_TRY_ASSIGN(std::optional<response::State> state, co_await read_until(tag, exchange, !last));
    if (state) co_return std::move(*state);
  }
  co_return fail(Errc::Protocol, "a command without an end");
}

// An error of the wire, the grammar or our own scope ends the connection: nobody knows where it stands.
Task<Result<response::State>> ImapConnection::run(imap::command::Any command, Exchange& exchange) {
  refusal_.reset();
  if (!wire_) co_return fail(Errc::Closed, "no connection to " + host_);
  octets_left_ = exchange.octets();
  stall_ = exchange.stall();
  const imap::Tag tag = next_tag();
  imap::Command whole{tag, std::move(command)};
  imap::CommandText text = imap::write_command(whole, literals());
  auto state = co_await runtime::with_timeout(kCommandTime, send_and_read(std::move(text), tag, exchange));
  if (!state) close();
  co_return state;
}

Task<Result<>> ImapConnection::simple(imap::command::Any command) {
  Exchange exchange;
  CO_TRY_ASSIGN(response::State state, co_await run(std::move(command), exchange));
  co_return judge(std::move(state));
}

namespace {

Errc errc_of(imap::CodeName name) {
  using imap::CodeName;
  switch (name) {
    case CodeName::AuthenticationFailed:
    case CodeName::AuthorizationFailed:
    case CodeName::Expired:
    case CodeName::PrivacyRequired:
    case CodeName::ContactAdmin:
    case CodeName::NoPerm:
      return Errc::Denied;
    case CodeName::NonExistent:
    case CodeName::TryCreate:
    case CodeName::ExpungeIssued:
      return Errc::NotFound;
    case CodeName::AlreadyExists:
    case CodeName::HasChildren:
      return Errc::Conflict;
    case CodeName::OverQuota:
      return Errc::Full;
    case CodeName::Unavailable:
    case CodeName::InUse:
    case CodeName::Limit:
    case CodeName::ServerBug:
      return Errc::Unreachable;
    case CodeName::TooBig:
      return Errc::Limit;
    case CodeName::Cannot:
    case CodeName::ClientBug:
    case CodeName::UseAttr:
      return Errc::Unsupported;
    default:
      return Errc::Io;
  }
}

}  // namespace

// The server's words go to refusal() only: `what` may reach a log.
Result<> ImapConnection::judge(response::State state) {
  if (state.condition == response::Condition::Ok) return {};
  Errc code = state.condition == response::Condition::Bad ? Errc::Unsupported : Errc::Io;
  std::string why = state.condition == response::Condition::Bad ? "BAD" : "NO";
  if (state.code) {
    if (const auto* name = std::get_if<imap::CodeName>(&*state.code)) {
      code = errc_of(*name);
      why.append(" [").append(imap::to_text(*name)).append("]");
    }
  }
  refusal_ = std::move(state);
  return fail(code, host_ + " said " + why);
}

void ImapConnection::note(const Response& found) {
  if (const auto* names = std::get_if<response::Capability>(&found)) {
    can_.read(names->names);
    capabilities_known_ = true;
  }
  if (const auto* state = std::get_if<response::State>(&found)) {
    if (state->condition == response::Condition::Bye) bye_ = true;
    if (state->code && state->condition != response::Condition::Bad) note_code(*state->code);
  }
  if (!selected_) return;
  if (const auto* exists = std::get_if<response::Exists>(&found)) {
    selected_->exists = exists->count;
    ++selected_->changes;
  } else if (std::holds_alternative<response::Expunge>(found)) {
    if (selected_->exists > 0) --selected_->exists;
    ++selected_->changes;
  } else if (const auto* vanished = std::get_if<response::Vanished>(&found)) {
    if (vanished->earlier) return;  // RFC 7162 §3.2.10: these were gone before
    const std::uint64_t gone = vanished->uids.size();
    selected_->exists -= static_cast<std::uint32_t>(std::min<std::uint64_t>(gone, selected_->exists));
    ++selected_->changes;
  } else if (std::holds_alternative<response::Fetch>(found)) {
    ++selected_->changes;
  }
}

void ImapConnection::note_code(const imap::Code& code) {
  if (const auto* names = std::get_if<imap::code::Capability>(&code)) {
    can_.read(names->names);
    capabilities_known_ = true;
  }
  if (!selected_) return;
  if (const auto* value = std::get_if<imap::code::UidValidityIs>(&code)) selected_->uid_validity = value->value;
  if (const auto* value = std::get_if<imap::code::UidNext>(&code)) selected_->uid_next = value->value;
  if (const auto* value = std::get_if<imap::code::HighestModSeq>(&code)) selected_->highest_mod_seq = value->value;
  if (const auto* value = std::get_if<imap::code::MailboxId>(&code)) selected_->mailbox_id = value->id;
  if (const auto* value = std::get_if<imap::code::PermanentFlags>(&code)) {
    selected_->permanent_flags = value->flags;
    selected_->any_keyword = value->any_keyword;
  }
  const auto* name = std::get_if<imap::CodeName>(&code);
  if (name == nullptr) return;
  if (*name == imap::CodeName::NoModSeq) selected_->highest_mod_seq = ModSeq{};
  if (*name == imap::CodeName::ReadOnly) selected_->read_only = true;
  if (*name == imap::CodeName::Closed) {  // what came before it spoke of the mailbox that was left
    Selected fresh{.name = selected_->name, .read_only = selected_->read_only};
    selected_ = std::move(fresh);
  }
}

imap::FetchItem fetch_item(imap::FetchWhat what) {
  imap::FetchItem item;
  item.what = what;
  return item;
}

imap::FetchItem peek_section(imap::Section section) {
  imap::FetchItem item;
  item.what = imap::FetchWhat::Section;
  item.peek = true;
  item.section = std::move(section);
  return item;
}

FlagSet without_recent(FlagSet flags) {
  flags.remove(imap::SystemFlag::Recent);
  return flags;
}

}  // namespace proxy::gateway::connector
