#include "booster/disk/memory_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "booster/disk/errors.h"

namespace booster::disk {
namespace {

struct Node;
using NodePtr = std::shared_ptr<Node>;
using Names = std::map<std::string, NodePtr>;

struct Node {
  Node(Kind of_kind, mode_t with_mode, std::shared_ptr<std::uint64_t> account)
      : kind(of_kind), mode(with_mode), used(std::move(account)) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() { *used -= live.size(); }

  void resize(std::size_t size) {
    *used += size;
    *used -= live.size();
    live.resize(size);
  }

  Kind kind;
  mode_t mode;
  std::shared_ptr<std::uint64_t> used;
  std::uint64_t links = 0;
  Bytes live;
  Bytes durable;
  Names names;
  Names durable_names;
  std::chrono::system_clock::time_point modified;
};

}  // namespace

struct MemoryDisk::Tree {
  std::mutex mutex;
  std::shared_ptr<std::uint64_t> used = std::make_shared<std::uint64_t>(0);
  std::uint64_t capacity = UINT64_MAX;
  std::uint64_t power = 0;  // how often it was cut
  std::uint64_t ticks = 0;  // modification times rise without a clock
  NodePtr root = std::make_shared<Node>(Kind::Directory, kPrivateDirectory, used);
  std::set<const Node*> locked;

  NodePtr make(Kind kind, mode_t mode) { return std::make_shared<Node>(kind, mode, used); }

  void touch(Node& node) {
    node.modified = std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000'000 + ++ticks));
  }

  NodePtr find(const Path& path) const {
    NodePtr at = root;
    for (const Path& part : path.lexically_normal()) {
      if (part == "/" || part.empty() || part == ".") continue;
      if (at->kind != Kind::Directory) return nullptr;
      const auto next = at->names.find(part.native());
      if (next == at->names.end()) return nullptr;
      at = next->second;
    }
    return at;
  }

  NodePtr parent(const Path& path) const {
    const NodePtr at = find(path.lexically_normal().parent_path());
    return at && at->kind == Kind::Directory ? at : nullptr;
  }

  bool room_for(std::uint64_t more) const { return more <= capacity && *used <= capacity - more; }

  void restore(Node& directory) {
    directory.names = directory.durable_names;
    for (auto& [name, node] : directory.names) {
      node->links = 0;
    }
    for (auto& [name, node] : directory.names) {
      if (node->kind == Kind::Directory) {
        restore(*node);
      } else {
        node->resize(node->durable.size());
        node->live = node->durable;
      }
    }
  }

  void count_links(Node& directory) {
    for (auto& [name, node] : directory.names) {
      ++node->links;
      if (node->kind == Kind::Directory) count_links(*node);
    }
  }
};

namespace {

std::string leaf(const Path& path) {
  return path.lexically_normal().filename().native();
}

template <class Tree>
class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<Tree> tree, NodePtr node, Path path, bool writable)
      : tree_(std::move(tree)), node_(std::move(node)), path_(std::move(path)), writable_(writable) {
    power_ = tree_->power;
  }
  ~MemoryFile() override {
    const std::lock_guard held(tree_->mutex);
    node_.reset();  // its bytes are accounted for under the lock
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const std::lock_guard held(tree_->mutex);
    TRY(alive("read"));
    if (offset >= node_->live.size()) return std::size_t{0};
    const std::size_t count = std::min(into.size(), node_->live.size() - static_cast<std::size_t>(offset));
    std::copy_n(node_->live.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
    return count;
  }

  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    const std::lock_guard held(tree_->mutex);
    TRY(may_write("write"));
    return write_locked(offset, bytes);
  }

  Result<> append(ByteView bytes) override {
    const std::lock_guard held(tree_->mutex);
    TRY(may_write("write"));
    return write_locked(node_->live.size(), bytes);
  }

  Result<> sync() override {
    const std::lock_guard held(tree_->mutex);
    TRY(alive("sync"));
    node_->durable = node_->live;
    return {};
  }
  Result<> sync_data() override { return sync(); }

  Result<> truncate(std::uint64_t size) override {
    const std::lock_guard held(tree_->mutex);
    TRY(may_write("truncate"));
    return resize("truncate", size);
  }

  Result<> reserve(std::uint64_t size) override {
    const std::lock_guard held(tree_->mutex);
    TRY(may_write("reserve space for"));
    return resize("reserve space for", std::max<std::uint64_t>(size, node_->live.size()));
  }

  Result<Stat> stat() override {
    const std::lock_guard held(tree_->mutex);
    TRY(alive("stat"));
    return Stat{node_->kind, node_->live.size(), node_->links, node_->mode, node_->modified};
  }

 private:
  Result<> alive(const char* doing) const {
    if (power_ != tree_->power) return disk_fail(doing, path_, EIO);
    return {};
  }
  Result<> may_write(const char* doing) const {
    TRY(alive(doing));
    if (!writable_) return disk_fail(doing, path_, EBADF);
    return {};
  }
  Result<> resize(const char* doing, std::uint64_t size) {
    if (size > node_->live.size() && !tree_->room_for(size - node_->live.size())) {
      return disk_fail(doing, path_, ENOSPC);
    }
    node_->resize(static_cast<std::size_t>(size));
    tree_->touch(*node_);
    return {};
  }
  Result<> write_locked(std::uint64_t offset, ByteView bytes) {
    if (bytes.empty()) return {};
    TRY(resize("write", std::max<std::uint64_t>(offset + bytes.size(), node_->live.size())));
    std::copy(bytes.begin(), bytes.end(), node_->live.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }

  std::shared_ptr<Tree> tree_;
  NodePtr node_;
  Path path_;
  bool writable_;
  std::uint64_t power_;
};

template <class Tree>
class MemoryLock final : public Lock {
 public:
  MemoryLock(std::shared_ptr<Tree> tree, NodePtr node)
      : tree_(std::move(tree)), node_(std::move(node)), power_(tree_->power) {}
  ~MemoryLock() override {
    const std::lock_guard held(tree_->mutex);
    if (power_ == tree_->power) tree_->locked.erase(node_.get());
    node_.reset();
  }

 private:
  std::shared_ptr<Tree> tree_;
  NodePtr node_;
  std::uint64_t power_;
};

}  // namespace

MemoryDisk::MemoryDisk() : tree_(std::make_shared<Tree>()) {}
MemoryDisk::~MemoryDisk() = default;

void MemoryDisk::power_cut() {
  const std::lock_guard held(tree_->mutex);
  ++tree_->power;
  tree_->locked.clear();
  tree_->restore(*tree_->root);
  tree_->count_links(*tree_->root);
}

void MemoryDisk::set_capacity(std::uint64_t bytes) {
  const std::lock_guard held(tree_->mutex);
  tree_->capacity = bytes;
}

std::uint64_t MemoryDisk::used() const {
  const std::lock_guard held(tree_->mutex);
  return *tree_->used;
}

Result<std::unique_ptr<File>> MemoryDisk::open(const Path& path, const OpenOptions& options) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr directory = tree_->parent(path);
  if (!directory) return disk_fail("open", path, ENOENT);
  NodePtr node = tree_->find(path);
  if (node && options.create && options.exclusive) return disk_fail("open", path, EEXIST);
  if (!node && !options.create) return disk_fail("open", path, ENOENT);
  if (node && node->kind == Kind::Directory && options.write) return disk_fail("open", path, EISDIR);
  if (!node) {
    node = tree_->make(Kind::File, options.mode);
    node->links = 1;
    tree_->touch(*node);
    directory->names[leaf(path)] = node;
  }
  if (options.truncate) node->resize(0);
  return std::unique_ptr<File>(std::make_unique<MemoryFile<Tree>>(tree_, node, path, options.write));
}

Result<> MemoryDisk::rename(const Path& from, const Path& to) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr source = tree_->parent(from);
  const NodePtr target = tree_->parent(to);
  const NodePtr node = tree_->find(from);
  if (!source || !target || !node) return disk_fail("rename to", to, ENOENT);
  const NodePtr old = tree_->find(to);
  if (old == node) return {};
  if (old) {
    if (old->kind == Kind::Directory && node->kind != Kind::Directory) return disk_fail("rename to", to, EISDIR);
    if (old->kind != Kind::Directory && node->kind == Kind::Directory) return disk_fail("rename to", to, ENOTDIR);
    if (!old->names.empty()) return disk_fail("rename to", to, ENOTEMPTY);
    --old->links;
  }
  source->names.erase(leaf(from));
  target->names[leaf(to)] = node;
  return {};
}

Result<> MemoryDisk::link(const Path& from, const Path& to) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(from);
  const NodePtr target = tree_->parent(to);
  if (!node || !target) return disk_fail("link", to, ENOENT);
  if (node->kind == Kind::Directory) return disk_fail("link", to, EPERM);
  if (!target->names.emplace(leaf(to), node).second) return disk_fail("link", to, EEXIST);
  ++node->links;
  return {};
}

Result<> MemoryDisk::unlink(const Path& path) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(path);
  if (!node) return disk_fail("remove", path, ENOENT);
  if (node->kind == Kind::Directory) return disk_fail("remove", path, EISDIR);
  --node->links;
  tree_->parent(path)->names.erase(leaf(path));
  return {};
}

Result<> MemoryDisk::make_directory(const Path& path, mode_t mode) {
  const std::lock_guard held(tree_->mutex);
  if (tree_->find(path)) return disk_fail("make directory", path, EEXIST);
  const NodePtr directory = tree_->parent(path);
  if (!directory) return disk_fail("make directory", path, ENOENT);
  const NodePtr node = tree_->make(Kind::Directory, mode);
  node->links = 1;
  tree_->touch(*node);
  directory->names[leaf(path)] = node;
  return {};
}

Result<> MemoryDisk::remove_directory(const Path& path) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(path);
  if (!node) return disk_fail("remove directory", path, ENOENT);
  if (node->kind != Kind::Directory) return disk_fail("remove directory", path, ENOTDIR);
  if (!node->names.empty()) return disk_fail("remove directory", path, ENOTEMPTY);
  tree_->parent(path)->names.erase(leaf(path));
  return {};
}

Result<std::vector<std::string>> MemoryDisk::list(const Path& directory) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(directory);
  if (!node) return disk_fail("list", directory, ENOENT);
  if (node->kind != Kind::Directory) return disk_fail("list", directory, ENOTDIR);
  std::vector<std::string> names;
  for (const auto& [name, entry] : node->names) names.push_back(name);
  return names;
}

Result<Stat> MemoryDisk::stat(const Path& path) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(path);
  if (!node) return disk_fail("stat", path, ENOENT);
  return Stat{node->kind, node->live.size(), node->links, node->mode, node->modified};
}

Result<> MemoryDisk::sync_directory(const Path& directory) {
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(directory);
  if (!node) return disk_fail("open", directory, ENOENT);
  if (node->kind != Kind::Directory) return disk_fail("open", directory, ENOTDIR);
  node->durable_names = node->names;
  return {};
}

Result<std::uint64_t> MemoryDisk::free_space(const Path& path) {
  const std::lock_guard held(tree_->mutex);
  if (!tree_->find(path)) return disk_fail("free space of", path, ENOENT);
  return tree_->capacity - std::min(tree_->capacity, *tree_->used);
}

Result<std::unique_ptr<Lock>> MemoryDisk::try_lock(const Path& path) {
  TRY_ASSIGN(const std::unique_ptr<File> file, open(path, OpenOptions::update_or_create()));
  const std::lock_guard held(tree_->mutex);
  const NodePtr node = tree_->find(path);
  if (!node) return disk_fail("lock", path, ENOENT);
  if (!tree_->locked.insert(node.get()).second) return disk_fail("lock", path, EWOULDBLOCK);
  return std::unique_ptr<Lock>(std::make_unique<MemoryLock<Tree>>(tree_, node));
}

}  // namespace booster::disk
