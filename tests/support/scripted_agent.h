// A gateway with one agent as its client sees them: over a Mux, with one mailbox, and faults on order.
#pragma once
#include <deque>
#include <map>
#include <set>

#include "booster/carrier/mux.h"
#include "booster/crypto/digest.h"
#include "booster/runtime/scope.h"
#include "codec/content/wrapper.h"
#include "codec/refer/prefix.h"
#include "proxy/messaging/frame_stream.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/sync/control.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/items.h"
#include "proxy/sync/operation.h"
#include "tests/codec/repeat/mails.h"

namespace support {

using namespace proxy;
using booster::carrier::Mux;
using booster::runtime::Task;
using booster::runtime::TaskScope;
using codec::Errc;
using codec::fail;
using codec::Result;
using messaging::MessageStream;

class ScriptedAgent {
 public:
  // ---- what there is, and what goes wrong
  std::map<std::uint32_t, Bytes> mails;
  std::map<std::uint32_t, sync::Flags> flags;
  std::deque<sync::LoginResult::Code> login_answers;  // then Ok
  std::set<std::uint32_t> wrong_digest_once;
  int lose_reports = 0;  // submissions carried out whose stream ends before the report
  int later = 0;         // operations answered Later first
  int trouble = 0;       // submissions that cannot be stored first
  bool silent_bodies = false;
  int cut_fetches = 0;              // Fetch streams that end in the middle of the next item
  bool refuses_references = false;  // an upload that refers ends there

  // ---- what was seen
  std::vector<sync::LoginRequest> logins;
  std::map<sync::MailPurpose, int> opened;
  std::vector<std::uint32_t> begun;    // bodies, in the order in which they went out
  std::vector<std::uint64_t> offsets;  // beside `begun`
  std::set<std::uint32_t> cancelled;
  int told_elsewhere = 0;                              // fetches that a Bodies stream had begun
  std::set<std::uint32_t> asked_raw;                   // after a wrong digest
  std::set<std::uint32_t> asked;                       // on Bodies and Fetch streams
  sync::WantNew wants_new;                             // the latest
  std::map<std::uint32_t, std::uint32_t> repeats;      // a mail says what it repeats of another
  std::map<std::uint32_t, std::uint32_t> refers;       // this mail is coded against that one
  std::vector<sync::ItemKey> missing;                  // what the device said it lacks of these
  std::vector<sync::Ticket> operations;                // as carried out, each once
  std::map<sync::Ticket, sync::ContentDigest> mailed;  // submissions, each once
  std::map<sync::Ticket, std::size_t> mailed_order;    // from 1
  std::map<sync::Ticket, Bytes> uploads;
  std::vector<std::vector<sync::ItemKey>> upload_references;  // as they came
  std::set<sync::Ticket> acknowledged;
  int logoffs = 0;

  // One session, until cancelled or closed.
  Task<Result<>> serve(Mux& mux) {
    const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
    messaging::FrameStream control(mux.control());
    control_ = &control;
    {
      TaskScope tasks(*here.loop, *here.scope, [](const std::string&, const codec::Error&) {});
      tasks.spawn("control", serve_control(control));
      for (;;) {
        Result<booster::carrier::Incoming> incoming = co_await mux.accept();
        if (!incoming) break;
        const Result<sync::StreamPurpose> purpose = sync::decode_purpose(incoming->metadata);
        if (!purpose) break;
        ++opened[purpose->purpose];
        tasks.spawn("stream",
                    serve_stream(purpose->purpose, std::make_unique<MessageStream>(std::move(incoming->stream))));
      }
      tasks.cancel();
      co_await tasks.join();
    }
    control_ = nullptr;
    feed_ = nullptr;
    co_return Result<>();
  }

  Task<Result<>> push_mail(std::uint32_t uid, Bytes octets) {
    mails[uid] = std::move(octets);
    CO_TRY(co_await send_skeleton(*feed_, uid));
    co_return Result<>();
  }
  // A mail that arrives: its row, with the word that its body comes unasked, and the body; apart, for who wants to see
  // them cross.
  Task<Result<>> announce_mail(std::uint32_t uid, Bytes octets) {
    mails[uid] = std::move(octets);
    pushed_ = uid;
    co_return co_await send_skeleton(*feed_, uid);
  }
  void push_body(std::uint32_t uid) {
    standing_->wants.emplace_front(sync::ServerUid{uid}, 0);
    standing_->more.notify_all();
  }
  Task<Result<>> push(sync::FeedMessage message) { co_return co_await tell(*feed_, sync::encode(message)); }
  Task<Result<>> control(sync::ControlMessage message) { co_return co_await control_->send(sync::encode(message)); }

 private:
  static Task<Result<>> tell(MessageStream& stream, codec::property::Chain chain) {
    co_return co_await stream.send(chain);
  }
  Task<Result<>> serve_control(messaging::FrameStream& control) {
    for (;;) {
      CO_TRY_ASSIGN(const codec::property::Chain chain, co_await control.receive());
      CO_TRY_ASSIGN(sync::ControlMessage message, sync::decode_control(chain));
      if (std::holds_alternative<sync::Logoff>(message)) ++logoffs;
      const auto* request = std::get_if<sync::LoginRequest>(&message);
      if (request == nullptr) continue;
      logins.push_back(*request);
      sync::LoginResult result;
      result.account = request->account;
      result.code = sync::LoginResult::Code::Ok;
      if (!login_answers.empty()) {
        result.code = login_answers.front();
        login_answers.pop_front();
      }
      result.text = "as scripted";
      const sync::ControlMessage answer = result;
      CO_TRY(co_await this->control(answer));
    }
  }
  Task<Result<>> serve_stream(sync::MailPurpose purpose, std::unique_ptr<MessageStream> stream) {
    switch (purpose) {
      case sync::MailPurpose::Sync:
        co_return co_await serve_sync(*stream);
      case sync::MailPurpose::Bodies:
      case sync::MailPurpose::Fetch:
        co_return co_await serve_items(*stream, purpose == sync::MailPurpose::Bodies);
      case sync::MailPurpose::Operations:
        co_return co_await serve_operations(*stream);
      case sync::MailPurpose::Upload:
        break;
    }
    co_return co_await serve_upload(*stream);
  }
  Task<Result<>> send_skeleton(MessageStream& stream, std::uint32_t from) {
    sync::Skeleton skeleton;
    skeleton.mailbox = 1;
    skeleton.uid_validity = sync::UidValidity{7};
    for (const auto& [uid, octets] : mails) {
      if (uid < from) continue;
      sync::SkeletonEntry entry;
      entry.uid = sync::ServerUid{uid};
      entry.size = static_cast<std::uint32_t>(octets.size());
      entry.flags = flags[uid];
      skeleton.entries.push_back(entry);
    }
    if (pushed_) {
      skeleton.pushed.push_back(sync::ServerUid{*pushed_});
      skeleton.pushed_for = wants_new.serial;
      pushed_.reset();
    }
    const sync::FeedMessage message = std::move(skeleton);
    co_return co_await tell(stream, sync::encode(message));
  }
  Task<Result<>> serve_sync(MessageStream& stream) {
    CO_TRY_ASSIGN(const codec::property::Chain first, co_await stream.receive());
    CO_TRY_ASSIGN(const sync::UpMessage opening, sync::decode_up(first));
    const auto& vectors = std::get<sync::Vectors>(opening);
    feed_ = &stream;
    const std::uint32_t from = vectors.mailboxes.empty() ? 1 : vectors.mailboxes[0].uid_next.value;
    CO_TRY(co_await send_skeleton(stream, from));
    sync::MailboxSynced synced;
    synced.mailbox = 1;
    synced.count = static_cast<std::uint32_t>(mails.size());
    const sync::FeedMessage end = synced;
    CO_TRY(co_await tell(stream, sync::encode(end)));
    const sync::FeedMessage confirmed = sync::Confirmed();
    CO_TRY(co_await tell(stream, sync::encode(confirmed)));
    for (;;) {
      CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
      CO_TRY_ASSIGN(const sync::UpMessage message, sync::decode_up(chain));
      if (const auto* refresh = std::get_if<sync::Refresh>(&message)) {
        sync::Confirmed answer;
        answer.token = refresh->token;
        const sync::FeedMessage reply = answer;
        CO_TRY(co_await tell(stream, sync::encode(reply)));
      }
    }
  }
  // Wants are taken in while items go out: what is cancelled in time does not.
  struct Items {
    std::deque<std::pair<sync::ServerUid, std::uint64_t>> wants;  // with offsets
    booster::runtime::Notify more;
    bool bodies = false;
    std::set<std::uint32_t> begun;
  };
  Task<Result<>> serve_items(MessageStream& stream, bool bodies) {
    const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
    Items items;
    items.bodies = bodies;
    if (bodies) bodies_.insert(&items);
    TaskScope tasks(*here.loop, *here.scope, [](const std::string&, const codec::Error&) {});
    tasks.spawn("items", send_items(stream, items));
    Result<> end;
    while (end) end = co_await take_wants(stream, items);
    tasks.cancel();
    co_await tasks.join();
    if (standing_ == &items) standing_ = nullptr;
    bodies_.erase(&items);
    co_return end;
  }
  Task<Result<>> take_wants(MessageStream& stream, Items& items) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
    CO_TRY_ASSIGN(const sync::ItemMessage message, sync::decode_item(chain));
    if (const auto* want = std::get_if<sync::WantItems>(&message)) {
      std::uint64_t offset = want->offset;
      if (!want->missing.empty()) {
        missing = want->missing;
        for (const sync::ServerUid uid : want->uids) refers.erase(uid.value);
        repeats.clear();
      }
      if (want->asked_for) {
        CO_TRY_ASSIGN(const bool begun, co_await is_begun(stream, want->uids.front()));
        if (begun) co_return Result<>();
      }
      if (want->raw) asked_raw.insert(want->uids.front().value);
      for (const sync::ServerUid uid : want->uids) {
        asked.insert(uid.value);
        items.wants.emplace_back(uid, std::exchange(offset, 0));
      }
      items.more.notify_all();
    } else if (const auto* standing = std::get_if<sync::WantNew>(&message)) {
      wants_new = *standing;
      standing_ = &items;
    } else if (const auto* cancel = std::get_if<sync::CancelItems>(&message)) {
      for (const sync::ServerUid uid : cancel->uids) {
        cancelled.insert(uid.value);
        std::erase_if(items.wants, [uid](const auto& one) { return one.first == uid; });
      }
    }
    co_return Result<>();
  }
  // By a Bodies stream: said so. Else none brings it any more.
  Task<Result<bool>> is_begun(MessageStream& stream, sync::ServerUid uid) {
    bool begun = false;
    for (Items* const items : bodies_) {
      begun = begun || items->begun.contains(uid.value);
      std::erase_if(items->wants, [uid](const auto& one) { return one.first == uid; });
    }
    if (begun) {
      ++told_elsewhere;
      const sync::ItemMessage answer = sync::ItemElsewhere{"INBOX", sync::UidValidity{7}, uid};
      CO_TRY(co_await tell(stream, sync::encode(answer)));
    }
    co_return begun;
  }
  Task<Result<>> send_items(MessageStream& stream, Items& items) {
    for (;;) {
      while (items.wants.empty() || silent_bodies) CO_TRY(co_await items.more.wait());
      const auto [uid, offset] = items.wants.front();
      items.wants.pop_front();
      begun.push_back(uid.value);
      offsets.push_back(offset);
      items.begun.insert(uid.value);
      if (!items.bodies && cut_fetches > 0) {
        --cut_fetches;
        co_return co_await cut_item(stream, uid);
      }
      CO_TRY(co_await send_item(stream, uid, offset));
    }
  }
  Task<Result<>> cut_item(MessageStream& stream, sync::ServerUid uid) {
    sync::ItemStart start;
    start.mailbox = "INBOX";
    start.uid_validity = sync::UidValidity{7};
    start.uid = uid;
    start.size = mails.at(uid.value).size();
    const sync::ItemMessage opening = std::move(start);
    CO_TRY(co_await tell(stream, sync::encode(opening)));
    stream.close();
    co_return fail(Errc::Closed, "as scripted");
  }
  // Every octet that stands in another mail comes from there.
  Task<Result<>> send_repeating(MessageStream& stream, sync::ItemStart start, std::uint32_t source, Bytes octets) {
    const sync::ItemMessage opening = std::move(start);
    CO_TRY(co_await tell(stream, sync::encode(opening)));
    sync::ItemReferences references;
    references.sources.push_back({{}, {}, {source}});
    const sync::ItemMessage heads = std::move(references);
    CO_TRY(co_await tell(stream, sync::encode(heads)));
    const codec::repeat::Outline outline = codec::repeat::outline_of(octets, 1);
    const std::map<codec::repeat::Source, Bytes> held{{1, mails.at(source)}};
    codec::repeat::ItemRepeats said(outline, codec::repeat::matches_of(outline, held));
    codec::content::Unwrapper unwrapper;
    for (std::size_t at = 0; at < octets.size();) {
      const ByteView rest = ByteView(octets).subspan(at);
      const ByteView piece = rest.first(codec::content::next_piece(rest));
      sync::ItemBlock block;
      block.offset = at;
      block.block = said.block(at, piece, unwrapper);
      at += piece.size();
      const sync::ItemMessage message = std::move(block);
      CO_TRY(co_await tell(stream, sync::encode(message)));
    }
    sync::ItemEnd end;
    end.digest = sync::front_of(booster::crypto::sha256(octets).bytes);
    const sync::ItemMessage closing = end;
    co_return co_await tell(stream, sync::encode(closing));
  }
  Task<Result<>> send_item(MessageStream& stream, sync::ServerUid uid, std::uint64_t offset) {
    const Bytes octets = mails.at(uid.value);
    sync::ItemStart start;
    start.mailbox = "INBOX";
    start.uid_validity = sync::UidValidity{7};
    start.uid = uid;
    start.size = octets.size();
    start.offset = offset;
    const auto repeat = repeats.find(uid.value);
    if (repeat != repeats.end() && offset == 0)
      co_return co_await send_repeating(stream, std::move(start), repeat->second, octets);
    const sync::ItemMessage opening = std::move(start);
    const auto refer = refers.find(uid.value);
    const bool alone = refer != refers.end();
    if (alone) {
      Bytes prefix;
      CO_TRY(codec::refer::append_reference(mails.at(refer->second), codec::refer::Extent::Front, prefix));
      sync::ItemReferences references;
      references.fronts.push_back({{}, {}, {refer->second}});
      const auto digest = booster::crypto::sha256(prefix);
      std::copy_n(digest.bytes.begin(), references.check.size(), references.check.begin());
      const std::vector<codec::property::Chain> heads{sync::encode(opening),
                                                      sync::encode(sync::ItemMessage(references))};
      CO_TRY(co_await stream.begin_alone(messaging::kAlone, heads, std::move(prefix)));
    } else {
      CO_TRY(co_await tell(stream, sync::encode(opening)));
    }
    while (offset < octets.size()) {
      const std::size_t count = std::min<std::size_t>(8192, octets.size() - static_cast<std::size_t>(offset));
      const auto from = octets.begin() + static_cast<std::ptrdiff_t>(offset);
      sync::ItemBlock block;
      block.offset = offset;
      block.block.content.assign(from, from + static_cast<std::ptrdiff_t>(count));
      block.block.written = count;
      offset += count;
      const sync::ItemMessage piece = std::move(block);
      CO_TRY(co_await tell(stream, sync::encode(piece)));
    }
    sync::ItemEnd end;
    end.digest = sync::front_of(booster::crypto::sha256(octets).bytes);
    if (wrong_digest_once.erase(uid.value) > 0) end.digest[0] ^= std::byte{1};
    const sync::ItemMessage closing = end;
    Result<> told = co_await tell(stream, sync::encode(closing));
    if (told && alone) told = co_await stream.end_alone();
    co_return told;
  }
  Task<Result<>> serve_operations(MessageStream& stream) {
    for (;;) {
      CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
      CO_TRY_ASSIGN(const sync::OperationMessage message, sync::decode_operation(chain));
      if (const auto* operation = std::get_if<sync::Operation>(&message)) {
        sync::OperationResult result;
        result.ticket = operation->ticket;
        if (later > 0) {
          --later;
          result.code = sync::OperationResult::Code::Later;
        } else if (std::find(operations.begin(), operations.end(), operation->ticket) == operations.end()) {
          operations.push_back(operation->ticket);
        }
        const sync::OperationMessage reply = std::move(result);
        CO_TRY(co_await tell(stream, sync::encode(reply)));
      } else if (const auto* submission = std::get_if<sync::Submission>(&message)) {
        CO_TRY(co_await take_submission(stream, *submission));
      } else if (const auto* acknowledge = std::get_if<sync::Acknowledge>(&message)) {
        acknowledged.insert(acknowledge->tickets.begin(), acknowledge->tickets.end());
      }
    }
  }
  Task<Result<>> take_submission(MessageStream& stream, const sync::Submission& submission) {
    sync::SubmissionReport report;
    report.ticket = submission.ticket;
    const bool known = mailed.contains(submission.ticket);
    if (!known && trouble > 0) {
      --trouble;
      report.state = sync::SubmissionState::Receiving;
      report.text = "disk full";
      const sync::OperationMessage note = std::move(report);
      co_return co_await tell(stream, sync::encode(note));
    }
    const Bytes octets = submission.octets.empty() ? uploads[submission.ticket] : submission.octets;
    if (!known && octets.size() != submission.size) {
      report.need_octets = true;
    } else {
      if (!known) {
        mailed[submission.ticket] = booster::crypto::sha256(octets).bytes;
        mailed_order[submission.ticket] = mailed.size();
      }
      report.state = sync::SubmissionState::Done;
    }
    if (lose_reports > 0) {
      --lose_reports;
      co_return fail(Errc::Io, "the report is lost");
    }
    const sync::OperationMessage reply = std::move(report);
    co_return co_await tell(stream, sync::encode(reply));
  }
  Task<Result<>> serve_upload(MessageStream& stream) {
    CO_TRY_ASSIGN(const codec::property::Chain first, co_await stream.receive());
    CO_TRY_ASSIGN(const sync::ItemMessage opening, sync::decode_item(first));
    const sync::Ticket ticket = std::get<sync::ItemStart>(opening).ticket;
    sync::UploadFrom from;
    from.ticket = ticket;
    from.offset = uploads[ticket].size();
    const sync::ItemMessage place = from;
    CO_TRY(co_await tell(stream, sync::encode(place)));
    codec::content::Wrapper wrapper;
    for (;;) {
      CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
      CO_TRY_ASSIGN(const sync::ItemMessage message, sync::decode_item(chain));
      if (std::holds_alternative<sync::ItemEnd>(message)) break;
      if (const auto* references = std::get_if<sync::ItemReferences>(&message)) {
        CO_TRY(co_await take_references(stream, *references, place));
        continue;
      }
      const auto& block = std::get<sync::ItemBlock>(message);
      Bytes& spool = uploads[ticket];
      if (block.offset != spool.size()) co_return fail(Errc::Protocol, "a gap");
      CO_TRY_ASSIGN(const Bytes octets, wrapper.wrap(block.block));
      spool.insert(spool.end(), octets.begin(), octets.end());
    }
    sync::UploadStored stored;
    stored.ticket = ticket;
    const sync::ItemMessage done = stored;
    co_return co_await tell(stream, sync::encode(done));
  }
  // What an upload is coded against; asked for once more where it is not here.
  Task<Result<>> take_references(MessageStream& stream, const sync::ItemReferences& references,
                                 const sync::ItemMessage& place) {
    upload_references.push_back(references.whole);
    if (refuses_references) co_return fail(Errc::Protocol, "no message of an upload");
    Bytes prefix;
    bool here = true;
    for (const sync::ItemKey& key : references.whole) {
      const auto found = mails.find(key.uid.value);
      here = here && found != mails.end() &&
             codec::refer::append_reference(found->second, codec::refer::Extent::Whole, prefix).has_value();
    }
    const auto digest = booster::crypto::sha256(prefix);
    here = here && std::equal(references.check.begin(), references.check.end(), digest.bytes.begin());
    if (here) {
      stream.expect(std::move(prefix));
      co_return Result<>();
    }
    stream.pass_over();
    co_return co_await tell(stream, sync::encode(place));
  }

  messaging::FrameStream* control_ = nullptr;
  std::set<Items*> bodies_;
  Items* standing_ = nullptr;  // where the body of new mail goes
  std::optional<std::uint32_t> pushed_;
  MessageStream* feed_ = nullptr;
};

}  // namespace support
