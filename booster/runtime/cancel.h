// Cancellation is a request down a tree of scopes: pending leaf operations finish early with Cancelled, frames unwind
// by themselves.
#pragma once
#include "codec/base/check.h"
#include "codec/base/result.h"

namespace booster::runtime {

class CancelScope;

// A pending operation that a scope can end early. Linked into one scope while it waits.
class CancelNode {
 public:
  CancelNode() = default;
  CancelNode(const CancelNode&) = delete;
  CancelNode& operator=(const CancelNode&) = delete;

 protected:
  ~CancelNode() { CHECK(!linked()); }
  bool linked() const { return scope_ != nullptr; }
  void unlink();

 private:
  friend class CancelScope;
  virtual void on_cancel() = 0;  // called once, after unlinking; must not run foreign code

  CancelScope* scope_ = nullptr;
  CancelNode* previous_ = nullptr;
  CancelNode* next_ = nullptr;
};

// A node in the tree of cancellation. Outlives what runs in it.
class CancelScope {
 public:
  CancelScope() = default;
  explicit CancelScope(CancelScope& parent);
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;
  ~CancelScope();

  bool cancelled() const { return cancelled_; }
  void cancel();
  void add(CancelNode& node);

 private:
  friend class CancelNode;
  void remove(CancelNode& node);

  bool cancelled_ = false;
  CancelScope* parent_ = nullptr;
  CancelScope* first_child_ = nullptr;
  CancelScope* previous_ = nullptr;
  CancelScope* next_ = nullptr;
  CancelNode* first_node_ = nullptr;
};

}  // namespace booster::runtime
