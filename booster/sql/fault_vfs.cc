#include "booster/sql/fault_vfs.h"

#include <sqlite3.h>

#include <cerrno>
#include <new>

#include "codec/base/check.h"

namespace booster::sql {

struct FaultVfs::State {
  disk::Faults& faults;
  sqlite3_vfs* under;
  std::string name;
  sqlite3_vfs vfs{};
  int last_error = 0;
};

namespace {

using disk::Operation;

// Ours in front, the system's file object right behind it in the memory SQLite allots.
struct FaultFile {
  sqlite3_file base;
  FaultVfs::State* state;
};
constexpr std::size_t kFront = (sizeof(FaultFile) + 15) / 16 * 16;

FaultFile* ours(sqlite3_file* file) {
  return reinterpret_cast<FaultFile*>(file);
}
sqlite3_file* under(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + kFront);
}
FaultVfs::State* state_of(sqlite3_vfs* vfs) {
  return static_cast<FaultVfs::State*>(vfs->pAppData);
}

// SQLITE_OK, or the code this call is to fail with.
int ask(FaultVfs::State* state, Operation operation, int failed) {
  const std::optional<int> error = state->faults.next(operation);
  if (!error) return SQLITE_OK;
  state->last_error = *error;
  return operation == Operation::Write && *error == ENOSPC ? SQLITE_FULL : failed;
}

int file_close(sqlite3_file* file) {
  return under(file)->pMethods->xClose(under(file));
}
int file_read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  if (const int code = ask(ours(file)->state, Operation::Read, SQLITE_IOERR_READ)) return code;
  return under(file)->pMethods->xRead(under(file), into, size, at);
}
int file_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  if (const int code = ask(ours(file)->state, Operation::Write, SQLITE_IOERR_WRITE)) {
    (void)under(file)->pMethods->xWrite(under(file), from, size / 2, at);  // torn
    return code;
  }
  return under(file)->pMethods->xWrite(under(file), from, size, at);
}
int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = ask(ours(file)->state, Operation::Truncate, SQLITE_IOERR_TRUNCATE)) return code;
  return under(file)->pMethods->xTruncate(under(file), size);
}
int file_sync(sqlite3_file* file, int flags) {
  if (const int code = ask(ours(file)->state, Operation::Sync, SQLITE_IOERR_FSYNC)) return code;
  return under(file)->pMethods->xSync(under(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = ask(ours(file)->state, Operation::Stat, SQLITE_IOERR_FSTAT)) return code;
  return under(file)->pMethods->xFileSize(under(file), size);
}
int file_lock(sqlite3_file* file, int level) {
  if (const int code = ask(ours(file)->state, Operation::Lock, SQLITE_IOERR_LOCK)) return code;
  return under(file)->pMethods->xLock(under(file), level);
}
int file_unlock(sqlite3_file* file, int level) {
  return under(file)->pMethods->xUnlock(under(file), level);
}
int file_check_lock(sqlite3_file* file, int* result) {
  return under(file)->pMethods->xCheckReservedLock(under(file), result);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return under(file)->pMethods->xFileControl(under(file), operation, argument);
}
int file_sector(sqlite3_file* file) {
  return under(file)->pMethods->xSectorSize(under(file));
}
int file_traits(sqlite3_file* file) {
  return under(file)->pMethods->xDeviceCharacteristics(under(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
  if (extend != 0) {
    if (const int code = ask(ours(file)->state, Operation::Truncate, SQLITE_IOERR_SHMSIZE)) return code;
  }
  return under(file)->pMethods->xShmMap(under(file), page, size, extend, at);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return under(file)->pMethods->xShmLock(under(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
  under(file)->pMethods->xShmBarrier(under(file));
}
int shm_unmap(sqlite3_file* file, int remove) {
  return under(file)->pMethods->xShmUnmap(under(file), remove);
}

// Version 2: WAL's shared memory, no memory-mapped reads.
constexpr sqlite3_io_methods kMethods = {
    2,         file_close,  file_read,       file_write,   file_truncate, file_sync,   file_size,
    file_lock, file_unlock, file_check_lock, file_control, file_sector,   file_traits, shm_map,
    shm_lock,  shm_barrier, shm_unmap,       nullptr,      nullptr};

int vfs_open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* flags_out) {
  FaultVfs::State* state = state_of(vfs);
  file->pMethods = nullptr;  // says that xClose is not to be called
  const bool writes = (flags & SQLITE_OPEN_READWRITE) != 0;
  if (const int code = ask(state, writes ? Operation::Open : Operation::Stat, SQLITE_CANTOPEN)) return code;
  const int code = state->under->xOpen(state->under, path, under(file), flags, flags_out);
  if (code != SQLITE_OK) return code;
  ::new (file) FaultFile{{&kMethods}, state};
  return SQLITE_OK;
}
int vfs_delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  FaultVfs::State* state = state_of(vfs);
  if (const int code = ask(state, Operation::Unlink, SQLITE_IOERR_DELETE)) return code;
  return state->under->xDelete(state->under, path, sync_directory);
}
int vfs_access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  FaultVfs::State* state = state_of(vfs);
  if (const int code = ask(state, Operation::Stat, SQLITE_IOERR_ACCESS)) return code;
  return state->under->xAccess(state->under, path, flags, result);
}
int vfs_last_error(sqlite3_vfs* vfs, int, char*) {
  return state_of(vfs)->last_error;
}

}  // namespace

FaultVfs::FaultVfs(disk::Faults& faults)
    : state_(std::make_unique<State>(State{faults, sqlite3_vfs_find(nullptr), {}, {}, 0})) {
  CHECK(state_->under != nullptr);
  state_->name = "packetboat-faults-" + std::to_string(reinterpret_cast<std::uintptr_t>(state_.get()));
  state_->vfs = *state_->under;  // randomness, sleep, time and names as they are
  state_->vfs.iVersion = 2;
  state_->vfs.szOsFile = static_cast<int>(kFront) + state_->under->szOsFile;
  state_->vfs.pNext = nullptr;
  state_->vfs.zName = state_->name.c_str();
  state_->vfs.pAppData = state_.get();
  state_->vfs.xOpen = vfs_open;
  state_->vfs.xDelete = vfs_delete;
  state_->vfs.xAccess = vfs_access;
  state_->vfs.xGetLastError = vfs_last_error;
  CHECK(sqlite3_vfs_register(&state_->vfs, 0) == SQLITE_OK);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& FaultVfs::name() const {
  return state_->name;
}

}  // namespace booster::sql
