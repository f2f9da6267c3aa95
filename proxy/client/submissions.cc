// Submissions go up by priority and queue order. Small ones carry their octets; of large ones the gateway is given the
// octets first. One that the gateway may know already is only named: it answers with its state.
#include "booster/runtime/timer.h"
#include "proxy/client/lane.h"
#include "proxy/client/together.h"

namespace proxy::client {

namespace runtime = booster::runtime;

namespace {

constexpr auto kAgainAfterTrouble = std::chrono::minutes(1);

bool is_final(const sync::SubmissionReport& report) {
  return report.state == sync::SubmissionState::Done || report.state == sync::SubmissionState::Failed;
}

}  // namespace

Task<Result<>> Upward::send_submissions(Lane& lane) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  for (;;) {
    const std::uint64_t outbox = store_.outbox_changed().count();
    const std::uint64_t room = lane.changed.count();
    CO_TRY(co_await follow_person(lane));
    const runtime::Duration rest = lane.submissions_not_before - loop_.now();
    if (rest <= runtime::Duration::zero()) {
      if (link_up_()) CO_TRY(co_await offer_next(lane));
      CO_TRY(co_await past_either(store_.outbox_changed(), outbox, lane.changed, room));
      continue;
    }
    (void)co_await runtime::with_timeout(rest, past_either(store_.outbox_changed(), outbox, lane.changed, room));
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "submissions");
  }
}

// Large ones have a window of their own: what is small and urgent does not wait for their uploads.
Task<Result<>> Upward::offer_next(Lane& lane) {
  const auto small_ones = [&lane] {
    return lane.unreported.size() - std::min(lane.unreported.size(), lane.submissions_uploading());
  };
  if (small_ones() >= kSubmissionWindow && lane.submissions_uploading() >= kSubmissionWindow) co_return Result<>();
  const std::size_t limit = kSubmissionWindow + lane.submissions.size();
  CO_TRY_ASSIGN(std::vector<OutgoingSubmission> next, co_await store_.submissions(limit));
  for (OutgoingSubmission& outgoing : next) {
    const bool large = outgoing.submission.size > sync::kInlineOctets;
    if ((large ? lane.submissions_uploading() : small_ones()) >= kSubmissionWindow) continue;
    if (!lane.submissions.contains(outgoing.submission.ticket)) CO_TRY(co_await offer(lane, std::move(outgoing)));
  }
  co_return Result<>();
}

// What a person raised, held or cancelled while it was on its way.
Task<Result<>> Upward::follow_person(Lane& lane) {
  const std::vector<sync::Ticket> on_their_way(lane.unreported.begin(), lane.unreported.end());
  bool changed = false;
  for (const sync::Ticket& ticket : on_their_way) {
    CO_TRY_ASSIGN(const std::optional<OutgoingSubmission> now, co_await store_.submission(ticket));
    const auto upload = lane.uploading.find(ticket);
    if (upload == lane.uploading.end()) continue;  // all of it was written: the gateway answers
    if (now && !now->held && !now->cancelled) {
      const Class of = upload_class(now->of, now->submission.size);
      changed = std::exchange(upload->second.of, of) != of || changed;
      continue;
    }
    changed = true;
    upload->second.stopped = true;
    lane.unreported.erase(ticket);
    lane.submissions.erase(ticket);
    if (now && now->cancelled) CO_TRY(co_await store_.submission_withdrawn(ticket));
  }
  if (changed) lane.changed.raise();
  co_return Result<>();
}

Task<Result<>> Upward::offer(Lane& lane, OutgoingSubmission outgoing) {
  const sync::Ticket ticket = outgoing.submission.ticket;
  const bool inline_octets = outgoing.submission.size <= sync::kInlineOctets;
  const bool known = outgoing.sent;
  if (!known) CO_TRY(co_await store_.submission_sent(ticket));
  sync::Submission message = outgoing.submission;
  outgoing.submission.octets = Bytes();
  lane.submissions[ticket] = std::move(outgoing);
  lane.unreported.insert(ticket);
  if (!known && !inline_octets) {
    start_upload(lane, ticket, message.digest, message.size, lane.submissions.at(ticket).of);
    co_return Result<>();
  }
  if (known) {
    message.octets.clear();
  } else if (message.octets.empty() && message.size > 0) {
    CO_TRY_ASSIGN(message.octets, co_await store_.content(message.digest, 0, static_cast<std::size_t>(message.size)));
  }
  co_return co_await send_whole(lane, ticket, std::move(message));
}

Task<Result<>> Upward::take_report(Lane& lane, sync::SubmissionReport report) {
  const sync::Ticket ticket = report.ticket;
  const bool needed = report.need_octets;
  const bool first = lane.unreported.erase(ticket) > 0;
  if (needed) {
    CO_TRY(co_await give_octets(lane, ticket));
  } else {
    // Nothing was taken, its disk may be full: all of it comes by again.
    const bool trouble = !report.conflict && report.state == sync::SubmissionState::Receiving;
    if (trouble) lane.submissions_not_before = loop_.now() + kAgainAfterTrouble;
    if (trouble || report.conflict || is_final(report)) lane.submissions.erase(ticket);
    if (first) lane.decided.erase(ticket);  // a withdrawal before the gateway knew it said nothing to it
    CO_TRY(co_await store_.submission_report(std::move(report)));
    lane.to_settle.raise();
    tell_queue_changed();
  }
  lane.changed.raise();
  co_return Result<>();
}

Task<Result<>> Upward::give_octets(Lane& lane, sync::Ticket ticket) {
  const auto found = lane.submissions.find(ticket);
  if (found == lane.submissions.end()) co_return Result<>();
  CO_TRY_ASSIGN(const std::optional<OutgoingSubmission> now, co_await store_.submission(ticket));
  if (!now || now->held || now->cancelled) {
    lane.submissions.erase(ticket);
    if (now && now->cancelled) CO_TRY(co_await store_.submission_withdrawn(ticket));
    co_return Result<>();
  }
  sync::Submission message = now->submission;
  lane.unreported.insert(ticket);
  if (message.size > sync::kInlineOctets) {
    start_upload(lane, ticket, message.digest, message.size, now->of);
    co_return Result<>();
  }
  CO_TRY_ASSIGN(message.octets, co_await store_.content(message.digest, 0, static_cast<std::size_t>(message.size)));
  co_return co_await send_whole(lane, ticket, std::move(message));
}

// A person's word about an UNKNOWN one, or a withdrawal; the report that follows tells what became of it.
Task<Result<>> Upward::send_decisions(Lane& lane) {
  for (;;) {
    const std::uint64_t outbox = store_.outbox_changed().count();
    CO_TRY_ASSIGN(std::vector<sync::Decide> decisions, co_await store_.decisions());
    for (const sync::Decide& decision : decisions) {
      const sync::Ticket ticket = decision.ticket;
      if (!lane.decided.insert(ticket).second && decision.what == sync::Decide::What::Cancel) continue;
      CO_TRY(co_await send(lane, decision));
      CO_TRY(co_await store_.decision_sent(ticket));
    }
    CO_TRY(co_await store_.outbox_changed().past(outbox));
  }
}

}  // namespace proxy::client
