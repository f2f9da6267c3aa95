// Schema versions: forwards only, one transaction per step, never past what this program knows.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "booster/sql/database.h"

namespace booster::sql {

// Step i takes user_version i to i + 1. A step that has shipped is never edited.
struct Step {
  std::string_view script;
  Result<> (*code)(Database&) = nullptr;  // after the script, in the same transaction
};

struct Schema {
  std::int32_t application_id;  // says whose file it is: four letters, see make_application_id
  std::span<const Step> steps;
  bool keep_copy = false;  // before the first step on a file with contents: a copy beside it, "NAME.v<version>"
};

constexpr std::int32_t make_application_id(const char (&letters)[5]) {
  return (letters[0] << 24) | (letters[1] << 16) | (letters[2] << 8) | letters[3];
}

// Errors  Unsupported: written by a newer version; nothing was changed · Corrupt: another application's file
Result<> migrate(Database& database, const Schema& schema);

Result<int> user_version(Database& database);

}  // namespace booster::sql
