// The octets that a FETCH names, out of one message's body file: found by range, never held whole on their way out.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "codec/mime/section.h"
#include "proxy/client/faces/mailstore.h"

namespace proxy::client::faces {

constexpr std::uint64_t kMaxStructured = 256ull << 20;  // a larger mail is shown whole, not by its parts

// nil: there is no such part. Else a stretch of the body, or text.
struct SectionPlace {
  bool nil = false;
  bool stretch = false;
  std::uint64_t begin = 0, end = 0;
  std::string text;
  std::uint64_t size() const { return stretch ? end - begin : text.size(); }
  void cut(const imap::Partial& partial);
};

// Structures are found by reading the whole mail once; kept by the session for the next command on the same message.
using StructurePtr = std::shared_ptr<const codec::mime::Structure>;

class MessageReader {
 public:
  MessageReader(std::shared_ptr<Body> body, std::shared_ptr<const codec::convert::Overview> overview,
                StructurePtr structure)
      : body_(std::move(body)), overview_(std::move(overview)), structure_(std::move(structure)) {}

  Body& body() { return *body_; }
  const StructurePtr& structure() const { return structure_; }
  // Waits for what it has to look at, and for the first octet of a stretch.
  //   Errors  Limit: kMaxStructured; those of Body
  Task<Result<SectionPlace>> find(const imap::FetchItem& item);
  Task<Result<std::shared_ptr<const codec::convert::Overview>>> overview();
  Task<Result<Bytes>> read(std::uint64_t begin, std::uint64_t end);

 private:
  Task<Result<>> wait_for(std::uint64_t octets);
  Task<Result<std::uint64_t>> header_end();
  Task<Result<>> scan();
  Task<Result<SectionPlace>> find_in_message(const imap::Section& section);
  Task<Result<SectionPlace>> find_in_part(const imap::Section& section);
  Task<Result<SectionPlace>> pick(std::uint64_t begin, std::uint64_t end, const imap::Section& section);

  std::shared_ptr<Body> body_;
  std::shared_ptr<const codec::convert::Overview> overview_;
  StructurePtr structure_;
  std::optional<std::uint64_t> header_end_;
};

}  // namespace proxy::client::faces
