#include "proxy/imap/search_key.h"

#include <algorithm>

namespace proxy::imap {
namespace {

const std::vector<SearchKey>* children(const SearchKey& key) {
  if (const auto* all = std::get_if<search::And>(&key.value)) return &all->keys;
  if (const auto* either = std::get_if<search::Or>(&key.value)) return &either->keys;
  if (const auto* none = std::get_if<search::Not>(&key.value)) return &none->keys;
  return nullptr;
}

struct SameLeaf {
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    if constexpr (std::is_same_v<A, B> && !std::is_same_v<A, search::And> && !std::is_same_v<A, search::Or> &&
                  !std::is_same_v<A, search::Not> && !std::is_same_v<A, search::Modified>) {
      return a == b;
    } else if constexpr (std::is_same_v<A, B> && std::is_same_v<A, search::Modified>) {
      return a.since == b.since;
    } else {
      return false;
    }
  }
};

}  // namespace

bool operator==(const SearchKey& a, const SearchKey& b) {
  const auto* x = children(a);
  const auto* y = children(b);
  if (x == nullptr || y == nullptr) return x == y && std::visit(SameLeaf(), a.value, b.value);
  return a.value.index() == b.value.index() && std::equal(x->begin(), x->end(), y->begin(), y->end());
}

bool uses_modseq(const SearchKey& key) {
  if (std::holds_alternative<search::Modified>(key.value)) return true;
  const auto* keys = children(key);
  return keys != nullptr && std::any_of(keys->begin(), keys->end(), uses_modseq);
}

}  // namespace proxy::imap
