// A submitted message on its way into its content file: a missing Message-ID or Date is added at the header's end,
// once, and what decides its place in the queue is read. Every other octet passes as it is.
#pragma once
#include <string>
#include <string_view>

#include "proxy/client/faces/mailstore.h"

namespace proxy::client::faces {

class HeaderTap {
 public:
  // Added where the message has none: values without the field's name.
  HeaderTap(std::string message_id, std::string date) : made_id_(std::move(message_id)), made_date_(std::move(date)) {}

  void feed(ByteView octets, Bytes& out);
  void finish(Bytes& out);  // the message has ended

  std::string message_id() const;  // the message's own, or the one that was added
  StartClass start_class() const { return start_class_; }

 private:
  static constexpr std::size_t kMaxHeld = 16 * 1024;  // of a line; a longer one passes in pieces, its value cut

  void end_line(Bytes& out);
  void begin_line(Bytes& out);
  void end_header(Bytes& out, bool blank_follows);
  void take_field();
  static void put(Bytes& out, std::string_view text);

  std::string made_id_, made_date_;
  bool in_body_ = false;
  bool long_line_ = false;  // its beginning has passed
  std::string line_;        // the current line so far
  std::string field_;       // the current field, unfolded; judged when the next one begins
  std::string own_id_;
  bool has_id_ = false, has_date_ = false;
  StartClass start_class_ = StartClass::Normal;
};

std::string make_message_id(std::string_view sender);    // "<random@domain of the sender>"
std::string write_mail_date(std::int64_t unix_seconds);  // RFC 5322 §3.3, in UTC

}  // namespace proxy::client::faces
