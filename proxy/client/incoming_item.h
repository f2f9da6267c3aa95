// One item on its way in on one stream. What is not whole when it goes has failed for who reads along; its octets stay
// for the next time.
#pragma once
#include "codec/content/wrapper.h"
#include "proxy/client/body_fetcher.h"
#include "proxy/client/held_sources.h"

namespace proxy::client {

class BodyFetcher::Incoming {
 public:
  explicit Incoming(BodyFetcher& of) : of_(of) {}
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  // What a fetch waits for comes on another stream then.
  ~Incoming() {
    if (of_.is_fetched(key_, fetching_.get())) {
      release();
    } else {
      end(Error(Errc::Unreachable, "the stream ended before the message was whole"));
    }
  }

  bool active() const { return active_; }
  const BodyKey& key() const { return key_; }                           // of the last one while none is active
  BodySink* sink() { return fetching_ ? fetching_->sink() : nullptr; }  // nullptr: octets are passed over
  Fetching* fetching() { return fetching_.get(); }
  codec::content::Wrapper& wrapper() { return wrapper_; }
  std::optional<Repeated>& repeated() { return repeated_; }

  // Octets go nowhere: not asked for, or another stream brings the same.
  void begin_passing_over(BodyKey key) {
    active_ = true;
    key_ = std::move(key);
  }
  void begin(BodyKey key, std::shared_ptr<Fetching> fetching) {
    active_ = true;
    key_ = std::move(key);
    wrapper_ = {};
    repeated_.reset();
    fetching_ = std::move(fetching);
    of_.receiving_[key_] = fetching_;
  }
  void end(const Error& why) {
    if (fetching_) fetching_->fail_with(why);
    release();
  }
  // Lets go without failing the readers: the same item is asked for again.
  void release() {
    if (fetching_) {
      of_.receiving_.erase(key_);
      if (of_.fetches_.contains(key_)) of_.asked_.raise();  // it waits for this stream to let go
    }
    fetching_.reset();
    active_ = false;
  }

 private:
  BodyFetcher& of_;
  bool active_ = false;
  BodyKey key_;
  codec::content::Wrapper wrapper_;
  std::optional<Repeated> repeated_;
  std::shared_ptr<Fetching> fetching_;
};

}  // namespace proxy::client
