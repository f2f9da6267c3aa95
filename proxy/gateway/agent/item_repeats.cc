// What an item repeats of mail that the device holds: it crosses as a reference, whatever its size and however long ago
// that mail went.                                                              Source: codec/repeat/REPEATS.md
#include "booster/runtime/offload.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {

using codec::repeat::Outline;

namespace {

bool is_looked_at(const Mail& mail) {
  const std::size_t size = mail.octets().size();
  return size >= codec::repeat::kLeastItem && size <= codec::repeat::kMostItem;
}

// The server has it as far as is known. What it has not the device has not either, whatever its ranges say.
bool is_there(const Shared& shared, const sync::ItemKey& key) {
  const Mailbox* const mailbox = shared.mailboxes.find(key.mailbox);
  if (mailbox == nullptr || !mailbox->loaded) return mailbox != nullptr;
  return mailbox->uid_validity == key.uid_validity.value && mailbox->picture.find(key.uid.value) != nullptr;
}

}  // namespace

Task<codec::refer::Traits> traits_of(MailPtr mail, const Shared& shared, std::string mailbox,
                                     codec::refer::Content content) {
  const Mailbox* const place = shared.mailboxes.find(mailbox);
  const bool sent = place != nullptr && place->folder.special_use == "\\Sent";
  const auto author = sent ? codec::refer::Author::User : codec::refer::Author::Anybody;
  const codec::refer::Reader reader{shared.authserv_id, shared.chunk_key, content};
  const auto look = [mail, author, reader] {
    return codec::refer::sealed(codec::refer::traits_of(mail->octets(), reader, author), reader.chunk_key);
  };
  co_return co_await runtime::offload(look);
}

Task<std::optional<Outline>> outline_of(MailPtr mail, const Shared& shared) {
  if (shared.chunks == nullptr || !is_looked_at(*mail)) co_return std::optional<Outline>();
  const auto look = [&mail, key = shared.chunk_key] { return codec::repeat::outline_of(mail->octets(), key); };
  co_return co_await runtime::offload(look);
}

// What the index does not tell now is not referred to.
Task<Result<ItemFeed::Repeats>> ItemFeed::repeats_of(MailPtr mail, const codec::refer::Traits* live) {
  Repeats repeats;
  repeats.of.outline = co_await outline_of(mail, shared_);
  if (!repeats.of.outline) co_return repeats;
  const auto find = [&outline = *repeats.of.outline](chunks::ChunkFile& file) { return file.find(outline); };
  Result<chunks::Found> found = co_await shared_.chunks->run(find);
  if (!found && found.error().code == Errc::Cancelled) co_return tl::unexpected(found.error());
  if (!found) co_return repeats;
  const auto is_permitted = [&](const chunks::Holder& holder) {
    return here_.contains(holder.key) && is_there(shared_, holder.key) &&
           (live == nullptr || held_.may_refer(*live, holder.traits));
  };
  std::erase_if(found->holders, [&](const auto& holder) { return !is_permitted(holder.second); });
  std::erase_if(found->matches, [&](const auto& match) { return !found->holders.contains(match.source); });
  // A likeness becomes the prefix of what goes alone; history has a window.
  const auto is_seen = [&](codec::repeat::Source source) {
    const sync::ItemKey& key = found->holders.at(source).key;
    return live != nullptr ? held_.holds(key) : lately_.sees(key, stream_.raw_sent(), stream_.coding());
  };
  repeats.of = codec::repeat::ItemRepeats(*std::move(repeats.of.outline), found->matches, is_seen);
  for (const codec::repeat::Source source : repeats.of.writer.sources())
    repeats.sources.push_back(found->holders.at(source).key);
  co_return repeats;
}

void ItemFeed::count(const Repeats& repeats) {
  shared_.down.referring += repeats.sources.empty() ? 0 : 1;
  shared_.down.references += repeats.sources.size();
  shared_.down.referred += repeats.of.octets;
}

// It is with the device now, or will be before what comes behind it.
Task<Result<>> ItemFeed::gone_out(sync::ItemKey key, MailPtr mail, Repeats repeats,
                                  std::optional<codec::refer::Traits> traits) {
  // On a stream of its own nothing comes behind it: known when the device says so.
  if (urgency_ != Urgency::Interactive) here_.add(key);
  if (!repeats.of.outline) co_return Result<>();
  if (!traits) traits = co_await traits_of(std::move(mail), shared_, key.mailbox, codec::refer::Content::Left);
  lately_.went(key, stream_.raw_sent(), stream_.coding());
  const auto add = [&key, &repeats, &traits](chunks::ChunkFile& file) {
    return file.add(key, *repeats.of.outline, *traits);
  };
  const Result<> added = co_await shared_.chunks->run(add);
  if (!added && added.error().code == Errc::Cancelled) co_return added;
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
