#include "proxy/client/replica/body.h"

#include <algorithm>

#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/store.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {

Task<Result<std::size_t>> Body::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (offset >= available_) co_return std::size_t{0};
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), available_ - offset));
  auto job = [this, offset, part = into.first(room)] { return file_->read_at(offset, part); };
  co_return co_await thread_.run(std::move(job));
}

BodySink::BodySink(Replica& replica, MailboxId mailbox, LocalUid uid, std::shared_ptr<Body> body,
                   booster::crypto::Sha256 running, std::string part)
    : replica_(replica),
      mailbox_(mailbox),
      uid_(uid),
      body_(std::move(body)),
      running_(std::move(running)),
      part_(std::move(part)) {}

BodySink::~BodySink() {
  if (!finished_) body_->grown_.notify_all();  // another brings the rest: who waits goes on waiting
}

Task<Result<>> BodySink::write(ByteView block) {
  if (block.size() > body_->size_ - body_->available_) co_return fail(Errc::Limit, "body: longer than it said");
  auto job = [this, block] { return body_->file_->write_at(body_->available_, block); };
  CO_TRY(co_await body_->thread_.run(std::move(job)));
  running_.update(block);
  body_->available_ += block.size();
  body_->grown_.notify_all();
  co_return Result<>();
}

Task<Result<>> BodySink::finish(sync::DigestFront front) {
  finished_ = true;
  const sync::ContentDigest digest = running_.digest().bytes;
  const bool right = sync::front_of(digest) == front && body_->available_ == body_->size_;
  Result<> done;
  if (right) {
    done = co_await replica_.store_body(*this, digest);
  } else {
    done = co_await replica_.drop_part(part_);
  }
  replica_.forget_body(part_);
  if (!right || !done) {
    body_->failed_ = right ? done.error() : Error(Errc::Protocol, "body: another digest than it should have");
    body_->grown_.notify_all();
    co_return tl::unexpected(*body_->failed_);
  }
  body_->complete_ = true;
  body_->grown_.notify_all();
  co_return Result<>();
}

ContentWriter::ContentWriter(Replica& replica, std::unique_ptr<booster::disk::File> file, booster::disk::Path temp)
    : replica_(replica), file_(std::move(file)), temp_(std::move(temp)) {}

ContentWriter::~ContentWriter() {
  if (finished_) return;
  replica_.thread_.post([file = file_, temp = temp_, store = replica_.store_.get()] {
    (void)store->contents().remove_file(temp);  // else the next start does
  });
}

Task<Result<>> ContentWriter::write(ByteView bytes) {
  auto job = [this, bytes] {
    Result<> written = file_->write_at(size_, bytes);
    if (!written && written.error().code == Errc::Full && replica_.store_->free_reserve())
      written = file_->write_at(size_, bytes);
    return written;
  };
  CO_TRY(co_await replica_.thread_.run(std::move(job)));
  running_.update(bytes);
  size_ += bytes.size();
  co_return Result<>();
}

Task<Result<Content>> ContentWriter::finish() {
  Content content;
  content.digest = running_.digest().bytes;
  content.size = size_;
  auto job = [this, digest = content.digest] { return replica_.store_->contents().adopt(*file_, temp_, digest); };
  CO_TRY(co_await replica_.thread_.run(std::move(job)));
  finished_ = true;
  co_return content;
}

}  // namespace proxy::client::replica
