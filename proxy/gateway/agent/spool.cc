#include "proxy/gateway/agent/spool.h"

#include <algorithm>
#include <chrono>

#include "booster/disk/durable.h"

namespace proxy::gateway::agent {

namespace {

constexpr std::string_view kWhole = ".eml";
constexpr std::string_view kPart = ".part";
constexpr std::size_t kReadPiece = 256 * 1024;

// The ticket a file's name stands for; nullopt: not one of ours.
std::optional<sync::Ticket> ticket_of(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending)) return std::nullopt;
  name.remove_suffix(ending.size());
  const auto bytes = codec::from_hex(name);
  sync::Ticket ticket;
  if (!bytes || bytes->size() != ticket.size()) return std::nullopt;
  std::ranges::copy(*bytes, ticket.begin());
  return ticket;
}

std::int64_t seconds_of(const disk::Stat& stat) {
  return std::chrono::duration_cast<std::chrono::seconds>(stat.modified.time_since_epoch()).count();
}

}  // namespace

Result<Spool> Spool::open(disk::Disk& disk, disk::Path folder) {
  TRY(disk::make_directories_durably(disk, folder));
  TRY(disk::remove_leftovers(disk, folder));
  return Spool(disk, std::move(folder));
}

disk::Path Spool::whole_path(const sync::Ticket& ticket) const {
  return folder_ / (codec::to_hex(ticket) + std::string(kWhole));
}
disk::Path Spool::part_path(const sync::Ticket& ticket) const {
  return folder_ / (codec::to_hex(ticket) + std::string(kPart));
}

Result<std::uint64_t> Spool::used() {
  TRY_ASSIGN(const std::vector<std::string> names, disk_->list(folder_));
  std::uint64_t sum = 0;
  for (const std::string& name : names)
    if (const auto stat = disk_->stat(folder_ / name)) sum += stat->size;
  return sum;
}

Result<> Spool::room_for(std::uint64_t size) {
  if (size > kMaxItem) return fail(Errc::Limit, "spool: the mail is too large");
  TRY_ASSIGN(const std::uint64_t taken, used());
  if (taken + size > kMaxSpool) return fail(Errc::Full, "spool: too much of this user is on its way already");
  return {};
}

Result<> Spool::put(const sync::Ticket& ticket, ByteView octets) {
  TRY(room_for(octets.size()));
  return disk::write_file_durably(*disk_, whole_path(ticket), octets);
}

Result<std::optional<std::uint64_t>> Spool::find(const sync::Ticket& ticket) {
  const auto stat = disk_->stat(whole_path(ticket));
  if (stat) return std::optional(stat->size);
  if (stat.error().code == Errc::NotFound) return std::optional<std::uint64_t>();
  return tl::unexpected(stat.error());
}

Result<std::size_t> Spool::read(const sync::Ticket& ticket, std::uint64_t offset, std::span<std::byte> into) {
  TRY_ASSIGN(const std::unique_ptr<disk::File> file, disk_->open(whole_path(ticket), disk::OpenOptions::read()));
  return file->read_at(offset, into);
}

Result<sync::ContentDigest> Spool::digest(const sync::Ticket& ticket) {
  TRY_ASSIGN(const std::unique_ptr<disk::File> file, disk_->open(whole_path(ticket), disk::OpenOptions::read()));
  crypto::Sha256 running;
  Bytes piece(kReadPiece);
  for (std::uint64_t at = 0;;) {
    TRY_ASSIGN(const std::size_t count, file->read_at(at, piece));
    if (count == 0) return running.digest().bytes;
    running.update(ByteView(piece).first(count));
    at += count;
  }
}

Result<> Spool::drop(const sync::Ticket& ticket) {
  return disk::remove_file_durably(*disk_, whole_path(ticket));
}

Result<std::vector<sync::Ticket>> Spool::whole() {
  TRY_ASSIGN(const std::vector<std::string> names, disk_->list(folder_));
  std::vector<sync::Ticket> tickets;
  for (const std::string& name : names)
    if (const auto ticket = ticket_of(name, kWhole)) tickets.push_back(*ticket);
  return tickets;
}

Result<std::int64_t> Spool::written(const sync::Ticket& ticket) {
  TRY_ASSIGN(const disk::Stat stat, disk_->stat(whole_path(ticket)));
  return seconds_of(stat);
}

Result<> Spool::drop_old_parts(std::int64_t before) {
  TRY_ASSIGN(const std::vector<std::string> names, disk_->list(folder_));
  for (const std::string& name : names) {
    const auto ticket = ticket_of(name, kPart);
    if (!ticket || std::ranges::any_of(open_, [&](const Open& one) { return one.ticket == *ticket; })) continue;
    const auto stat = disk_->stat(folder_ / name);
    if (!stat) continue;
    if (seconds_of(*stat) < before) TRY(disk::remove_file_durably(*disk_, folder_ / name));
  }
  return {};
}

// The running digest is computed anew from what is there: nothing else can be believed after a crash.
Result<UploadState> Spool::begin_upload(const sync::Ticket& ticket, std::uint64_t size) {
  std::erase_if(open_, [&](const Open& one) { return one.ticket == ticket; });
  Open opened;
  opened.ticket = ticket;
  TRY_ASSIGN(opened.file, disk_->open(part_path(ticket), disk::OpenOptions::update_or_create()));
  TRY_ASSIGN(const disk::Stat stat, opened.file->stat());
  if (stat.size > size) TRY(opened.file->truncate(0));
  const std::uint64_t there = stat.size > size ? 0 : stat.size;
  TRY(room_for(size - there));
  Bytes piece(kReadPiece);
  while (opened.offset < there) {
    TRY_ASSIGN(const std::size_t count, opened.file->read_at(opened.offset, piece));
    if (count == 0) break;
    opened.running.update(ByteView(piece).first(count));
    opened.offset += count;
  }
  const UploadState state{opened.offset, opened.running.digest().bytes};
  open_.push_back(std::move(opened));
  return state;
}

Result<Spool::Open*> Spool::opened(const sync::Ticket& ticket) {
  const auto at = std::ranges::find_if(open_, [&](const Open& one) { return one.ticket == ticket; });
  if (at == open_.end()) return fail(Errc::Conflict, "upload: not begun, or begun anew elsewhere");
  return &*at;
}

Result<> Spool::restart_upload(const sync::Ticket& ticket) {
  TRY_ASSIGN(Open * upload, opened(ticket));
  TRY(upload->file->truncate(0));
  upload->offset = upload->unsynced = 0;
  upload->running = crypto::Sha256();
  return {};
}

Result<> Spool::append_upload(const sync::Ticket& ticket, std::uint64_t offset, ByteView octets) {
  TRY_ASSIGN(Open * upload, opened(ticket));
  if (offset != upload->offset) return fail(Errc::Protocol, "upload: a block from elsewhere");
  TRY(upload->file->write_at(offset, octets));
  upload->running.update(octets);
  upload->offset += octets.size();
  upload->unsynced += octets.size();
  if (upload->unsynced < kUploadSync) return {};
  upload->unsynced = 0;
  return upload->file->sync_data();
}

Result<> Spool::end_upload(const sync::Ticket& ticket, const sync::DigestFront& digest) {
  TRY_ASSIGN(Open * upload, opened(ticket));
  const bool right = sync::front_of(upload->running.digest().bytes) == digest;
  Result<> synced = upload->file->sync();
  std::erase_if(open_, [&](const Open& one) { return one.ticket == ticket; });
  if (!right) {
    TRY(disk::remove_file_durably(*disk_, part_path(ticket)));
    return fail(Errc::Conflict, "upload: the octets are not those of its digest");
  }
  if (!synced) {
    (void)disk_->unlink(part_path(ticket));  // after a failed sync nobody knows what it holds
    return synced;
  }
  TRY(disk_->rename(part_path(ticket), whole_path(ticket)));
  return disk_->sync_directory(folder_);
}

}  // namespace proxy::gateway::agent
