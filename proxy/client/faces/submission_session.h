// One SUBMISSION connection: 250 to DATA only when the message is durable in the journal.       Source: RFC 6409, 5321
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "proxy/client/faces/face.h"
#include "proxy/client/faces/header_tap.h"
#include "proxy/client/faces/wire.h"
#include "proxy/smtp/server.h"

namespace proxy::client::faces {

constexpr Duration kSubmissionIdle = std::chrono::minutes(5);   // RFC 5321 §4.5.3.2.7
constexpr Duration kSubmissionLogin = std::chrono::minutes(2);  // a stranger's whole stay
constexpr Duration kDataLimit = std::chrono::minutes(2);        // for DATA, and
constexpr std::uint64_t kDataRate = 500;                        // more time for what comes at least so fast (octets/s)

class SubmissionSession {
 public:
  SubmissionSession(booster::net::StreamPtr stream, const FaceSettings& settings, AccountBook& accounts,
                    Doorkeeper& doorkeeper);
  Task<Result<>> serve();

 private:
  Task<Result<>> serve_events();
  Task<Result<bool>> read_more();  // false: the program has gone
  Task<Result<>> flush();
  Task<Result<>> say_goodbye(Error end);
  Duration patience() const;

  Task<Result<>> on(smtp::LoginRequest request);
  Task<Result<>> on(smtp::StartTlsRequest request);
  Task<Result<>> on(smtp::MailFrom mail);
  Task<Result<>> on(smtp::RecipientTo recipient);
  Task<Result<>> on(smtp::DataBegin begin);
  Task<Result<>> on(smtp::DataPiece piece);
  Task<Result<>> on(smtp::DataEnd end);
  Task<Result<>> on(smtp::DataRefused refused);
  Task<Result<>> on(smtp::TransactionReset reset);
  Task<Result<>> on(smtp::Goodbye goodbye);
  Task<Result<>> write_content(Bytes octets);
  void forget_transaction();

  Wire wire_;
  const FaceSettings& settings_;
  AccountBook& accounts_;
  Doorkeeper& doorkeeper_;
  std::optional<smtp::Server> server_;
  booster::runtime::Loop* loop_ = nullptr;
  booster::runtime::TimePoint connected_{}, data_began_{};
  std::uint64_t data_octets_ = 0;
  bool ending_ = false;

  Mailstore* store_ = nullptr;  // logged in
  FaceSubmission submission_;
  std::optional<HeaderTap> tap_;
  std::unique_ptr<ContentWriter> content_;
  std::optional<Error> content_failed_;
  std::string unread_;  // queue id of a 250 that the program has not shown to have read
};

}  // namespace proxy::client::faces
