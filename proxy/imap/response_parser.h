// The parsers behind parse_response(). Inside of this folder only.
#pragma once
#include <optional>
#include <string_view>

#include "proxy/imap/response.h"
#include "proxy/imap/scanner.h"

namespace proxy::imap::parse {

Result<Code> response_code(std::string_view inside);  // what stands between "[" and "]"

// After "* n FETCH ". With `place`: stops where a body's literal was announced and nothing follows.
Result<> fetch_items(Scanner& in, response::Fetch& out, std::optional<BodyPlace>* place);

// parse_list_response.cc
Result<Response> list_response(Scanner& in, bool lsub);
Result<Response> status_response(Scanner& in);
Result<Response> namespace_response(Scanner& in);

// parse_search_response.cc
Result<Response> search_response(Scanner& in);
Result<Response> esearch_response(Scanner& in);
Result<Response> vanished_response(Scanner& in);

std::vector<std::string> names(std::string_view text);  // by spaces, at most kMaxNames, atoms only, upper case

}  // namespace proxy::imap::parse
