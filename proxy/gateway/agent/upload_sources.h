// UploadSources: mails at the mail server, as sources of what an item that comes up repeats. Each is fetched once and
// kept while the item comes: in memory while small, in an unlinked file while large.
#pragma once
#include "proxy/gateway/agent/operations_host.h"
#include "proxy/messaging/repeats.h"

namespace proxy::gateway::agent {

class UploadSources final : public messaging::SourceOctets {
 public:
  // All of them.   Errors  NotFound: the mail server does not give one now
  static Task<Result<UploadSources>> fetch(OperationsAccess& agent, std::vector<sync::ItemKey> keys) {
    UploadSources sources;
    for (sync::ItemKey& key : keys) {
      CO_TRY_ASSIGN(MailPtr mail, co_await agent.mail_of(std::move(key)));
      sources.mails_.push_back(std::move(mail));
    }
    co_return sources;
  }

  std::size_t size() const { return mails_.size(); }
  Task<Result<Bytes>> octets(std::size_t source, std::uint64_t from, std::size_t count) override {
    if (source >= mails_.size()) co_return fail(Errc::Protocol, "repeats of a mail that was not named");
    const ByteView mail = mails_[source]->octets();
    const ByteView rest = mail.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(from, mail.size())));
    const ByteView some = rest.first(std::min(count, rest.size()));
    co_return Bytes(some.begin(), some.end());
  }

 private:
  std::vector<MailPtr> mails_;
};

}  // namespace proxy::gateway::agent
