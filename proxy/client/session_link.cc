#include "proxy/client/session_link.h"

namespace proxy::client {

Task<Result<>> SessionLink::send(const sync::ControlMessage& message) {
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await control_.send(chain);
}

Task<Result<std::unique_ptr<MessageStream>>> SessionLink::open(sync::AccountHandle account, sync::MailPurpose purpose,
                                                               Class ours, Class theirs) {
  sync::StreamPurpose what;
  what.account = account;
  what.purpose = purpose;
  Bytes metadata = sync::encode_purpose(what);
  CO_TRY_ASSIGN(std::unique_ptr<booster::carrier::MuxStream> stream, co_await mux_.open(theirs, std::move(metadata)));
  stream->set_class(ours);
  const bool much = purpose == sync::MailPurpose::Sync || purpose == sync::MailPurpose::Bodies;
  const messaging::Mixing mixing = much ? messaging::Mixing::Taken : messaging::Mixing::Refused;
  co_return std::make_unique<MessageStream>(std::move(stream), messaging::MessageOptions{}, mixing);
}

}  // namespace proxy::client
