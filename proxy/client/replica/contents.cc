#include "proxy/client/replica/contents.h"

#include <algorithm>

#include "booster/disk/durable.h"

namespace proxy::client::replica {
namespace disk = booster::disk;

namespace {

constexpr std::size_t kReadBlock = 256 * 1024;

}  // namespace

Result<> Contents::begin() {
  for (const disk::Path& path : {bodies_, parts_, temps_}) TRY(disk::make_directories_durably(disk_, path));
  TRY_ASSIGN(const auto names, disk_.list(temps_));
  for (const std::string& name : names) TRY(disk_.unlink(temps_ / name));
  return {};
}

disk::Path Contents::path_of(const sync::ContentDigest& digest) const {
  const std::string hex = codec::to_hex(digest);
  return bodies_ / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

Result<std::unique_ptr<disk::File>> Contents::open(const sync::ContentDigest& digest) {
  return disk_.open(path_of(digest), disk::OpenOptions::read());
}

Result<bool> Contents::exists(const sync::ContentDigest& digest) {
  return disk::exists(disk_, path_of(digest));
}

Result<> Contents::remove(const sync::ContentDigest& digest) {
  return remove_file(path_of(digest));
}

Result<> Contents::remove_file(const disk::Path& path) {
  Result<> done = disk_.unlink(path);
  if (!done && done.error().code == Errc::NotFound) return {};
  return done;  // a name that comes back after a power cut is an orphan, swept at the next start
}

Result<> Contents::adopt(disk::File& file, const disk::Path& from, const sync::ContentDigest& digest) {
  TRY(file.sync());
  const disk::Path to = path_of(digest);
  pinned_.insert(digest);
  TRY(disk::make_directories_durably(disk_, to.parent_path()));
  if (Result<> renamed = disk_.rename(from, to); !renamed) {
    TRY_ASSIGN(const bool there, disk::exists(disk_, to));
    if (renamed.error().code != Errc::NotFound || !there) return renamed;
  }
  return disk_.sync_directory(to.parent_path());
}

Result<std::pair<std::unique_ptr<disk::File>, disk::Path>> Contents::make_temp() {
  const disk::Path path = disk::temp_path_for(temps_ / "content");
  disk::OpenOptions options = disk::OpenOptions::create_new();
  TRY_ASSIGN(auto file, disk_.open(path, options));
  return std::pair(std::move(file), path);
}

Result<std::unique_ptr<disk::File>> Contents::open_part(const std::string& name) {
  return disk_.open(part_path(name), disk::OpenOptions::update_or_create());
}

Result<std::vector<sync::ContentDigest>> Contents::slice(std::uint8_t number) {
  std::vector<sync::ContentDigest> digests;
  const std::byte byte{number};
  const disk::Path top = bodies_ / codec::to_hex(ByteView(&byte, 1));
  TRY_ASSIGN(const bool there, disk::exists(disk_, top));
  if (!there) return digests;
  TRY_ASSIGN(const auto folders, disk_.list(top));
  for (const std::string& folder : folders) {
    TRY_ASSIGN(const auto names, disk_.list(top / folder));
    for (const std::string& name : names) {
      const auto bytes = codec::from_hex(name);
      sync::ContentDigest digest;
      if (!bytes || bytes->size() != digest.size()) continue;  // not ours
      std::copy(bytes->begin(), bytes->end(), digest.begin());
      digests.push_back(digest);
    }
  }
  return digests;
}

std::string part_name(queue::MailboxId mailbox, sync::UidValidity validity, sync::ServerUid uid) {
  return std::to_string(mailbox.value) + "-" + std::to_string(validity.value) + "-" + std::to_string(uid.value);
}

Result<std::pair<std::uint64_t, booster::crypto::Sha256>> look_at_part(booster::disk::File& file) {
  booster::crypto::Sha256 running;
  std::uint64_t offset = 0;
  Bytes buffer(kReadBlock);
  for (;;) {
    TRY_ASSIGN(const std::size_t read, file.read_at(offset, buffer));
    if (read == 0) break;
    running.update(ByteView(buffer).first(read));
    offset += read;
  }
  return std::pair(offset, std::move(running));
}

}  // namespace proxy::client::replica
