// The octets between DATA and its end. Only CRLF "." CRLF ends a message, in both directions; a bare CR or LF is never
// passed on, so no two programs can see the end at different places.                          Source: RFC 5321
// §4.1.1.4, §4.5.2
#pragma once
#include <cstdint>
#include <optional>

#include "codec/base/bytes.h"

namespace proxy::smtp {

enum class DataFault { BareCr, BareLf, TooLarge };

// Takes off the dots. After a fault the rest is read up to the true end and thrown away: what the sender meant as the
// next command must not become one before the end that everybody agrees on.
//   Limits  constant memory
class DataReader {
 public:
  explicit DataReader(std::uint64_t max_size) : max_size_(max_size) {}

  // Takes octets from the front of `in`, appends those of the message to `out`. True: the end was seen, `in` begins
  // behind it.
  bool next(ByteView& in, Bytes& out);
  std::optional<DataFault> fault() const { return fault_; }  // the first one: the message must be refused
  std::uint64_t size() const { return size_; }

 private:
  enum class State { LineStart, Text, Cr, Dot, DotCr };
  bool step(char c, Bytes& out);  // true: the end
  void text(char c, Bytes& out);
  void emit(std::string_view octets, Bytes& out);
  void set_fault(DataFault fault);

  State state_ = State::LineStart;  // the CRLF of the DATA line is the first half of the end
  std::uint64_t max_size_;
  std::uint64_t size_ = 0;
  std::optional<DataFault> fault_;
};

// Adds the dots, and the end exactly once. A message that ends without CRLF gets one: there is no other way to send it.
//   Errors  Protocol: bare CR or LF, then and at every later call: the connection must be closed before the end, so
//   that
//           the server takes nothing
class DataWriter {
 public:
  Result<> write(ByteView message, Bytes& out);
  Result<> finish(Bytes& out);
  bool finished() const { return state_ == State::Finished; }

 private:
  enum class State { LineStart, Text, Cr, Finished, Broken };
  State state_ = State::LineStart;
};

}  // namespace proxy::smtp
