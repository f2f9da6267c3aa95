#include "booster/disk/durable.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "codec/base/check.h"

namespace booster::disk {
namespace {

constexpr std::size_t kTempDigits = 32;  // 128 bits: not guessable, so nobody can put a link there first
constexpr std::string_view kTempEnd = ".tmp";

Path folder_of(const Path& path) {
  const Path folder = path.parent_path();
  return folder.empty() ? Path(".") : folder;
}

Result<> write_and_sync(Disk& disk, const Path& path, ByteView bytes, mode_t mode) {
  OpenOptions options = OpenOptions::create_new();
  options.mode = mode;
  TRY_ASSIGN(const std::unique_ptr<File> file, disk.open(path, options));
  TRY(file->write_at(0, bytes));
  return file->sync();
}

// `place` moves the synced temp file to its name.
template <class Place>
Result<> write_then(Disk& disk, const Path& path, ByteView bytes, mode_t mode, Place place) {
  const Path temp = temp_path_for(path);
  Result<> done = write_and_sync(disk, temp, bytes, mode);
  if (done) done = place(temp);
  if (!done) {
    (void)disk.unlink(temp);  // best effort: remove_leftovers() takes what stays
    return done;
  }
  return disk.sync_directory(folder_of(path));
}

}  // namespace

Result<> write_file_durably(Disk& disk, const Path& path, ByteView bytes, mode_t mode) {
  return write_then(disk, path, bytes, mode, [&](const Path& temp) { return disk.rename(temp, path); });
}

Result<> create_file_durably(Disk& disk, const Path& path, ByteView bytes, mode_t mode) {
  return write_then(disk, path, bytes, mode, [&](const Path& temp) -> Result<> {
    TRY(disk.link(temp, path));  // unlike rename, it does not replace
    (void)disk.unlink(temp);
    return {};
  });
}

Result<Bytes> read_file(Disk& disk, const Path& path, std::size_t limit) {
  TRY_ASSIGN(const std::unique_ptr<File> file, disk.open(path, OpenOptions::read()));
  TRY_ASSIGN(const Stat stat, file->stat());
  const auto too_large = [&] { return fail(Errc::Limit, "read " + path.filename().native() + ": too large"); };
  if (stat.size > limit) return too_large();
  Bytes bytes(static_cast<std::size_t>(stat.size) + 1);  // one more, to see the end or that it grew
  std::size_t done = 0;
  for (;;) {
    TRY_ASSIGN(const std::size_t got, file->read_at(done, std::span(bytes).subspan(done)));
    done += got;
    if (done < bytes.size()) break;
    if (done > limit) return too_large();
    bytes.resize(std::min(bytes.size() * 2, limit + 1));
  }
  bytes.resize(done);
  return bytes;
}

Result<> make_directories_durably(Disk& disk, const Path& path, mode_t mode) {
  const Result<Stat> there = disk.stat(path);
  if (there) {
    if (there->kind == Kind::Directory) return {};
    return fail(Errc::Conflict, "make directory " + path.filename().native() + ": a file has that name", ENOTDIR);
  }
  if (there.error().code != Errc::NotFound) return tl::unexpected(there.error());
  const Path folder = folder_of(path);
  if (folder != path) TRY(make_directories_durably(disk, folder, mode));
  Result<> made = disk.make_directory(path, mode);
  if (!made && made.error().code != Errc::Conflict) return made;  // Conflict: somebody else made it just now
  return disk.sync_directory(folder);
}

Result<> remove_file_durably(Disk& disk, const Path& path) {
  Result<> gone = disk.unlink(path);
  if (!gone && gone.error().code != Errc::NotFound) return gone;
  return disk.sync_directory(folder_of(path));
}

Result<bool> exists(Disk& disk, const Path& path) {
  const Result<Stat> stat = disk.stat(path);
  if (stat) return true;
  if (stat.error().code == Errc::NotFound) return false;
  return tl::unexpected(stat.error());
}

Path temp_path_for(const Path& path) {
  std::array<std::byte, kTempDigits / 2> random;
  std::size_t got = 0;
  while (got < random.size()) {
    const ssize_t more = ::getrandom(random.data() + got, random.size() - got, 0);
    CHECK(more > 0 || errno == EINTR);
    if (more > 0) got += static_cast<std::size_t>(more);
  }
  std::string name = "." + path.filename().native() + "." + codec::to_hex(random);
  name += kTempEnd;
  return path.parent_path() / name;
}

bool is_temp_name(std::string_view name) {
  if (name.size() < 2 + kTempDigits + kTempEnd.size() || name.front() != '.' || !name.ends_with(kTempEnd)) return false;
  name.remove_suffix(kTempEnd.size());
  const std::string_view digits = name.substr(name.size() - kTempDigits);
  return name[name.size() - kTempDigits - 1] == '.' &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::size_t> remove_leftovers(Disk& disk, const Path& directory) {
  TRY_ASSIGN(const std::vector<std::string> names, disk.list(directory));
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (!is_temp_name(name)) continue;
    TRY(disk.unlink(directory / name));
    ++count;
  }
  return count;
}

}  // namespace booster::disk
