#include "booster/runtime/cancel.h"

namespace booster::runtime {

void CancelNode::unlink() {
  if (scope_ != nullptr) scope_->remove(*this);
}

CancelScope::CancelScope(CancelScope& parent) : cancelled_(parent.cancelled_), parent_(&parent) {
  next_ = parent.first_child_;
  if (next_ != nullptr) next_->previous_ = this;
  parent.first_child_ = this;
}

CancelScope::~CancelScope() {
  CHECK(first_node_ == nullptr);
  CHECK(first_child_ == nullptr);
  if (parent_ == nullptr) return;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else {
    parent_->first_child_ = next_;
  }
  if (next_ != nullptr) next_->previous_ = previous_;
}

void CancelScope::cancel() {
  cancelled_ = true;
  while (first_node_ != nullptr) {
    CancelNode& node = *first_node_;
    remove(node);
    node.on_cancel();
  }
  for (CancelScope* child = first_child_; child != nullptr; child = child->next_) child->cancel();
}

void CancelScope::add(CancelNode& node) {
  CHECK(node.scope_ == nullptr);
  node.scope_ = this;
  node.previous_ = nullptr;
  node.next_ = first_node_;
  if (first_node_ != nullptr) first_node_->previous_ = &node;
  first_node_ = &node;
}

void CancelScope::remove(CancelNode& node) {
  CHECK(node.scope_ == this);
  if (node.previous_ != nullptr) {
    node.previous_->next_ = node.next_;
  } else {
    first_node_ = node.next_;
  }
  if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
  node.scope_ = nullptr;
}

}  // namespace booster::runtime
